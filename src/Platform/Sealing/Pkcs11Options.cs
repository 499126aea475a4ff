namespace FirstRing.Platform.Sealing;

/// <summary>Which token holds the tenant KEKs: the PKCS#11 module (a shared library), the token's label, and a file with the user PIN that its owner alone may read.</summary>
public sealed record Pkcs11Options(string Module, string Token, string PinFile)
{
    const string Scheme = "pkcs11:";

    /// <summary>Reads <c>pkcs11:token=LABEL?module-path=FILE&amp;pin-source=FILE</c> (RFC 7512, these three attributes).</summary>
    /// <exception cref="ArgumentException">Not of that form, or an attribute is missing or unknown: a typo must not choose another token.</exception>
    public static Pkcs11Options Parse(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal)) throw Wrong();
        var parts = uri[Scheme.Length..].Split('?');
        if (parts.Length != 2) throw Wrong();
        var attributes = parts[0].Split(';').Select(part => (Query: false, part)).Concat(parts[1].Split('&').Select(part => (Query: true, part)))
            .Select(each => each.part.Split('=', 2) is [var name, { Length: > 0 } value] ? (each.Query, name, Value: Uri.UnescapeDataString(value)) : throw Wrong()).ToList();
        if (attributes.Count != 3) throw Wrong();
        string Of(bool query, string name) => attributes.SingleOrDefault(each => each.Query == query && each.name == name).Value ?? throw Wrong();
        return new Pkcs11Options(Of(true, "module-path"), Of(false, "token"), Path(Of(true, "pin-source")));
    }

    static string Path(string source) => source.StartsWith("file:", StringComparison.Ordinal) ? source["file:".Length..] : source;

    static ArgumentException Wrong() => new("A token is named as pkcs11:token=LABEL?module-path=FILE&pin-source=FILE.");

    /// <exception cref="UnauthorizedAccessException">Others than the owner may read the file.</exception>
    internal string ReadPin()
    {
        if ((File.GetUnixFileMode(PinFile) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new UnauthorizedAccessException("The PIN file must be readable by its owner alone (mode 600).");
        return File.ReadAllText(PinFile).Trim();
    }
}
