using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Egress;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// Which KMS holds the tenant KEKs: region, https endpoint, and a file that its owner alone may read with the access key's id, its secret and, where there is one, the session
/// token, a line each. <paramref name="IsPrivate"/>: the endpoint may have a private address (AWS PrivateLink). <paramref name="RootsFile"/>: certificate authorities instead of the
/// system's. <paramref name="DeletionDays"/>: how long KMS waits before it forgets a key, 7 to 30.
/// </summary>
public sealed record KmsOptions(string Region, Uri Endpoint, string CredentialsFile, bool IsPrivate, string? RootsFile, int DeletionDays)
{
    public const string Scheme = "awskms:";
    const int FewestDays = 7, MostDays = 30;
    static string[] Names => ["region", "endpoint", "credentials-file", "network", "roots-file", "deletion-days"];

    /// <summary>Reads <c>awskms:region=REGION&amp;endpoint=https://HOST&amp;credentials-file=FILE</c>, and after it, each or none: <c>&amp;network=private</c>,
    /// <c>&amp;roots-file=FILE</c>, <c>&amp;deletion-days=N</c>.</summary>
    /// <exception cref="ArgumentException">Not of that form, or an attribute is missing, unknown or there twice: a typo must not choose another KMS.</exception>
    public static KmsOptions Parse(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal)) throw Wrong();
        var attributes = uri[Scheme.Length..].Split('&').Select(part => part.Split('=', 2) is [var name, { Length: > 0 } value] ? (Name: name, Value: Uri.UnescapeDataString(value)) : throw Wrong()).ToList();
        if (attributes.Any(each => !Names.Contains(each.Name)) || attributes.DistinctBy(each => each.Name).Count() != attributes.Count) throw Wrong();
        string? Maybe(string name) => attributes.Find(each => each.Name == name).Value;
        string Of(string name) => Maybe(name) ?? throw Wrong();
        if (!Uri.TryCreate(Of("endpoint"), UriKind.Absolute, out var at) || at.Scheme != Uri.UriSchemeHttps || at.PathAndQuery != "/" || at.UserInfo.Length > 0 || !HostName.TryParse(at.IdnHost, out _)) throw Wrong();
        if (!Of("region").All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')) throw Wrong();
        if (Maybe("network") is not (null or "private")) throw Wrong();
        if (!int.TryParse(Maybe("deletion-days") ?? FewestDays.ToString(CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is < FewestDays or > MostDays) throw Wrong();
        return new KmsOptions(Of("region"), at, Of("credentials-file"), Maybe("network") is not null, Maybe("roots-file"), days);
    }

    static ArgumentException Wrong() => new("A KMS is named as awskms:region=REGION&endpoint=https://HOST&credentials-file=FILE, with &network=private, &roots-file=FILE and &deletion-days=7…30 where they are needed.");

    internal EgressOptions WayOut()
    {
        X509Certificate2Collection? roots = null;
        if (RootsFile is not null) (roots = []).ImportFromPemFile(RootsFile);
        return new EgressOptions(IsPrivate ? new HashSet<string> { Endpoint.IdnHost } : [], roots);
    }

    /// <exception cref="UnauthorizedAccessException">Others than the owner may read the file.</exception>
    /// <exception cref="InvalidDataException">It has not two or three lines.</exception>
    internal (string Id, string Secret, string? Token) ReadCredentials()
    {
        if ((File.GetUnixFileMode(CredentialsFile) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new UnauthorizedAccessException("The credentials file must be readable by its owner alone (mode 600).");
        return File.ReadAllLines(CredentialsFile).Select(line => line.Trim()).Where(line => line.Length > 0).ToList() switch
        {
            [var id, var secret] => (id, secret, null),
            [var id, var secret, var token] => (id, secret, token),
            _ => throw new InvalidDataException("The credentials file has two lines, the access key's id and its secret, and a third with the session token where there is one."),
        };
    }
}
