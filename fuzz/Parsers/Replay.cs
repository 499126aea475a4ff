namespace FirstRing.Fuzz.Parsers;

static class Replay
{
    internal static int One(Action<byte[]> target, string file)
    {
        if (file != "-") target(File.ReadAllBytes(file));
        else
        {
            using var bytes = new MemoryStream();
            using var input = Console.OpenStandardInput();
            input.CopyTo(bytes);
            target(bytes.ToArray());
        }
        return 0;
    }

    // An input that breaks its parser is named, and the rest is still tried.
    internal static int Folder(string name, Action<byte[]> target, string folder)
    {
        var (count, broken) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            count++;
            try
            {
                target(File.ReadAllBytes(file));
            }
            catch (Exception failure)
            {
                broken++;
                Console.Error.WriteLine($"{name}: {Path.GetFileName(file)}: {failure}");
            }
        }
        Console.WriteLine($"{name}: {count} inputs, {broken} broken");
        return broken == 0 && count > 0 ? 0 : 1;
    }
}
