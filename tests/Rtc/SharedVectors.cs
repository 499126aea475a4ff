using System.Text.Json;

namespace FirstRing.Tests.Rtc;

// The RFC figures that live outside the repository. Our own copies stand in the tests beside them, so a lone clone still checks them.
static class SharedVectors
{
    internal static JsonElement Require(string rfc)
    {
        var path = Find();
        Assert.SkipWhen(path is null, "not present: rfc/vectors.json (set FIRSTRING_SHARED to check against it)");
        using var document = JsonDocument.Parse(File.ReadAllText(path!));
        return document.RootElement.GetProperty(rfc).Clone();
    }

    internal static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);

    internal static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("FIRSTRING_SHARED") is { Length: > 0 } shared)
            return Existing(Path.Combine(shared, "data"));
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FirstRing.slnx")))
                return folder.Parent is null ? null : Existing(Path.Combine(folder.Parent.FullName, "shared", "data"));
        return null;
    }

    static string? Existing(string data) => Path.Combine(data, "rfc", "vectors.json") is var path && File.Exists(path) ? path : null;
}
