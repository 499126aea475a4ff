#pragma warning disable RS0030 // Console: this executable is a command
using FirstRing.Verify;

// firstring-verify [--segments DIR] [--dump FILE|-] [--checkpoint FILE] [--log-key KEY] [--witness-key KEY]
var (segments, dump, checkpoint, logKey, witnessKey) = ((string?)null, (string?)null, (string?)null, (string?)null, (string?)null);
for (var i = 0; i + 1 < args.Length; i += 2)
    switch (args[i])
    {
        case "--segments": segments = args[i + 1]; break;
        case "--dump": dump = args[i + 1]; break;
        case "--checkpoint": checkpoint = args[i + 1]; break;
        case "--log-key": logKey = args[i + 1]; break;
        case "--witness-key": witnessKey = args[i + 1]; break;
        default: return Usage();
    }
if (args.Length % 2 != 0 || (segments is null && dump is null)) return Usage();

var verification = new Verification(logKey, witnessKey);
if (checkpoint is not null) verification.Expect(File.ReadAllText(checkpoint), "the checkpoint you kept");
if (segments is not null) new SegmentReader(verification).Read(segments);
if (dump is not null)
{
    using var input = dump == "-" ? Console.OpenStandardInput() : File.OpenRead(dump);
    new DumpReader(verification).Read(input);
}
verification.Finish();
foreach (var finding in verification.Findings) Console.WriteLine(finding);
Console.WriteLine(verification.Summary());
return verification.Findings.Count == 0 ? 0 : 1;

static int Usage()
{
    Console.Error.WriteLine("audit verify: [--segments DIR] [--dump FILE|-] [--checkpoint FILE] [--log-key KEY] [--witness-key KEY]");
    return 2;
}
