using FirstRing.Fuzz.Parsers;

// <target> <file|->            one input
// replay <target> <corpus dir> every file of a corpus
// afl <target>                 the fork server that afl-fuzz talks to
// instrument <assembly>        patches an assembly in place, so that it counts edges
// targets                      their names
return args switch
{
    ["targets"] => Print(),
    ["instrument", var assembly] => Instrument(assembly),
    ["afl", var name] when Table.Find(name) is { } target => Fuzz(target),
    ["replay", var name, var folder] when Table.Find(name) is { } target => Replay.Folder(name, target, folder),
    [var name, var file] when Table.Find(name) is { } target => Replay.One(target, file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"usage: <target> <file|-> | replay <target> <folder> | afl <target> | instrument <assembly> | targets");
    Console.Error.WriteLine($"targets: {string.Join(' ', Table.Names)}");
    return 2;
}

static int Print()
{
    foreach (var name in Table.Names) Console.WriteLine(name);
    return 0;
}

static int Instrument(string assembly)
{
    var types = SharpFuzz.Fuzzer.Instrument(assembly, static type => type.StartsWith("FirstRing.", StringComparison.Ordinal) || type.StartsWith("Org.BouncyCastle.Tls.", StringComparison.Ordinal), SharpFuzz.Options.Value);
    Console.WriteLine($"instrumented {types.Count()} types of {Path.GetFileName(assembly)}");
    return 0;
}

// Out of process: a parser that hangs or overflows the stack takes down a child, and afl-fuzz sees it.
static int Fuzz(Action<byte[]> target)
{
    SharpFuzz.Fuzzer.OutOfProcess.Run(input =>
    {
        using var bytes = new MemoryStream();
        input.CopyTo(bytes);
        target(bytes.ToArray());
    });
    return 0;
}
