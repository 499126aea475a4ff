using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FirstRing.Platform.Sealing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Harness;

/// <summary>
/// Speaks AWS KMS's protocol on loopback (JSON 1.1 over TLS, signatures of version 4 checked), as its reference has it, with AES-256-GCM inside. A stand-in written from the
/// reference: what passes here was never tried against AWS itself.
/// </summary>
public sealed class KmsStandIn : IAsyncDisposable
{
    public const string Region = "eu-central-1";

    sealed class Key(string id, byte[] material)
    {
        public string Id => id;
        public byte[] Material => material;
        public string State { get; set; } = "Enabled";
    }

    sealed record Named(string Alias, string Key, DateTimeOffset At);

    readonly TempFolder _folder = new();
    readonly TimeProvider _clock;
    readonly string _id = "AKIA" + Convert.ToHexString(RandomNumberGenerator.GetBytes(8)), _secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
    readonly Lock _gate = new();
    readonly Dictionary<string, Key> _keys = [];
    readonly SortedDictionary<string, Named> _aliases = new(StringComparer.Ordinal);
    readonly WebApplication _app;

    /// <summary>Action and body of each request whose signature was right.</summary>
    public ConcurrentQueue<(string Action, JsonNode Body)> Asked { get; } = [];

    /// <summary>What an action answers instead: status and code; null for what it should.</summary>
    public Func<string, (int Status, string Code)?> Failing { get; set; } = _ => null;

    /// <summary>Awaited before each answer.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Changes an answer before it is given.</summary>
    public Action<string, JsonObject> Altering { get; set; } = (_, _) => { };

    public int Refused { get; private set; }

    /// <summary>Aliases a page of a list has at most.</summary>
    public int PageSize { get; set; } = 100;

    public string CredentialsFile => _folder.At("access");
    public string Uri { get; }
    public KmsOptions Options => KmsOptions.Parse(Uri);

    /// <summary>Of every key, oldest first.</summary>
    public IReadOnlyList<string> States
    {
        get { lock (_gate) return [.. _keys.Values.Select(key => key.State)]; }
    }

    public void Set(string alias, string state)
    {
        lock (_gate) _keys[_aliases[alias].Key].State = state;
    }

    /// <summary>Gives a key of somebody else's this alias.</summary>
    public void Name(string alias)
    {
        var key = new Key(Guid.NewGuid().ToString(), RandomNumberGenerator.GetBytes(32));
        lock (_gate) (_keys[key.Id], _aliases[alias]) = (key, new Named(alias, key.Id, _clock.GetUtcNow()));
    }

    public KmsStandIn(TimeProvider clock)
    {
        _clock = clock;
        LocalAuthority.Write(_folder);
        Write(_id, _secret);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var certificate = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(_folder.At("server.pem"), _folder.At("server.key")).Export(X509ContentType.Pkcs12), null);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(certificate)));
        _app = builder.Build();
        _app.MapPost("/", Answer);
        _app.StartAsync().GetAwaiter().GetResult();
        var port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        Uri = $"awskms:region={Region}&endpoint=https://localhost:{port}&credentials-file={CredentialsFile}&network=private&roots-file={_folder.At("roots.pem")}";
    }

    public void Write(params string[] lines)
    {
        File.WriteAllLines(CredentialsFile, lines);
        File.SetUnixFileMode(CredentialsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>The right id with a secret that is not.</summary>
    public void WriteWrongSecret() => Write(_id, new string('A', 40));

    async Task Answer(HttpContext http)
    {
        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content);
        var action = http.Request.Headers["X-Amz-Target"].ToString().Replace("TrentService.", "", StringComparison.Ordinal);
        if (http.Request.ContentType != "application/x-amz-json-1.1" || !IsSigned(http.Request, content.ToArray()))
        {
            Refused++;
            await Say(http, 400, new JsonObject { ["__type"] = "InvalidSignatureException" });
            return;
        }
        var body = JsonNode.Parse(content.ToArray())!;
        Asked.Enqueue((action, body));
        await Before(action);
        if (Failing(action) is { } failure)
        {
            await Say(http, failure.Status, new JsonObject { ["__type"] = failure.Code, ["message"] = $"{body}" });
            return;
        }
        JsonObject answer;
        try { lock (_gate) answer = Act(action, body); }
        catch (Refusal refusal)
        {
            await Say(http, 400, new JsonObject { ["__type"] = refusal.Message, ["message"] = $"{body}" });
            return;
        }
        Altering(action, answer);
        await Say(http, 200, answer);
    }

    static Task Say(HttpContext http, int status, JsonObject answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/x-amz-json-1.1";
        return http.Response.WriteAsync(answer.ToJsonString());
    }

    sealed class Refusal(string code) : Exception(code);

    JsonObject Act(string action, JsonNode body)
    {
        switch (action)
        {
            case "CreateKey":
                var made = new Key(Guid.NewGuid().ToString(), RandomNumberGenerator.GetBytes(32));
                _keys[made.Id] = made;
                return new JsonObject { ["KeyMetadata"] = Metadata(made) };
            case "DescribeKey":
                return new JsonObject { ["KeyMetadata"] = Metadata(Find(body)) };
            case "CreateAlias":
                var alias = (string)body["AliasName"]!;
                if (_aliases.ContainsKey(alias)) throw new Refusal("AlreadyExistsException");
                var target = _keys[(string)body["TargetKeyId"]!];
                if (target.State == "PendingDeletion") throw new Refusal("KMSInvalidStateException");
                _aliases[alias] = new Named(alias, target.Id, _clock.GetUtcNow());
                return [];
            case "DeleteAlias":
                return _aliases.Remove((string)body["AliasName"]!) ? [] : throw new Refusal("NotFoundException");
            case "ListAliases":
                return List((string?)body["Marker"]);
            case "DisableKey":
                Find(body).State = "Disabled";
                return [];
            case "ScheduleKeyDeletion":
                var ended = Find(body);
                if (body["KeyId"]!.ToString().StartsWith("alias/", StringComparison.Ordinal)) throw new Refusal("InvalidArnException"); // an alias is not taken here
                if (ended.State == "PendingDeletion") throw new Refusal("KMSInvalidStateException");
                if ((int?)body["PendingWindowInDays"] is not (>= 7 and <= 30)) throw new Refusal("ValidationException");
                ended.State = "PendingDeletion";
                return new JsonObject { ["KeyId"] = ended.Id, ["KeyState"] = ended.State };
            case "Encrypt":
                var under = Usable(body);
                var plain = Convert.FromBase64String((string)body["Plaintext"]!);
                var (nonce, sealedText, tag) = (RandomNumberGenerator.GetBytes(12), new byte[plain.Length], new byte[16]);
                using (var aes = new AesGcm(under.Material, 16)) aes.Encrypt(nonce, plain, sealedText, tag, Context(body));
                return new JsonObject { ["KeyId"] = under.Id, ["CiphertextBlob"] = Convert.ToBase64String([1, 2, 2, .. Guid.Parse(under.Id).ToByteArray(), .. nonce, .. sealedText, .. tag]) };
            case "Decrypt":
                var key = Usable(body);
                return new JsonObject { ["KeyId"] = key.Id, ["Plaintext"] = Convert.ToBase64String(Decrypted(key, Convert.FromBase64String((string)body["CiphertextBlob"]!), Context(body))) };
            default:
                throw new Refusal("UnknownOperationException");
        }
    }

    static byte[] Decrypted(Key key, byte[] blob, byte[] context)
    {
        if (blob.Length < 47 || !blob.AsSpan(0, 3).SequenceEqual((byte[])[1, 2, 2])) throw new Refusal("InvalidCiphertextException");
        if (new Guid(blob.AsSpan(3, 16)).ToString() != key.Id) throw new Refusal("IncorrectKeyException");
        var plain = new byte[blob.Length - 47];
        try
        {
            using var aes = new AesGcm(key.Material, 16);
            aes.Decrypt(blob.AsSpan(19, 12), blob.AsSpan(31, plain.Length), blob.AsSpan(blob.Length - 16), plain, context);
            return plain;
        }
        catch (CryptographicException) { throw new Refusal("InvalidCiphertextException"); }
    }

    JsonObject List(string? marker)
    {
        var rest = _aliases.Values.Where(alias => marker is null || string.CompareOrdinal(alias.Alias, marker) > 0).ToList();
        var page = rest.Take(PageSize).ToList();
        var answer = new JsonObject
        {
            ["Aliases"] = new JsonArray([.. page.Select(alias => new JsonObject { ["AliasName"] = alias.Alias, ["TargetKeyId"] = alias.Key, ["CreationDate"] = alias.At.ToUnixTimeMilliseconds() / 1000.0 })]),
            ["Truncated"] = rest.Count > page.Count,
        };
        if (rest.Count > page.Count) answer["NextMarker"] = page[^1].Alias;
        return answer;
    }

    static JsonObject Metadata(Key key) => new() { ["KeyId"] = key.Id, ["KeyState"] = key.State, ["Enabled"] = key.State == "Enabled" };

    Key Find(JsonNode body)
    {
        var named = (string)body["KeyId"]!;
        var id = _aliases.TryGetValue(named, out var alias) ? alias.Key : named;
        return _keys.TryGetValue(id, out var key) ? key : throw new Refusal("NotFoundException");
    }

    Key Usable(JsonNode body) => Find(body) switch
    {
        { State: "Enabled" } key => key,
        { State: "Disabled" } => throw new Refusal("DisabledException"),
        _ => throw new Refusal("KMSInvalidStateException"),
    };

    static byte[] Context(JsonNode body) =>
        Encoding.UTF8.GetBytes(string.Join('\n', (body["EncryptionContext"] as JsonObject ?? []).OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}={each.Value}")));

    // Signature Version 4: the canonical request, the string to sign, and the key that is derived from the secret.
    bool IsSigned(HttpRequest request, byte[] body)
    {
        var parts = request.Headers.Authorization.ToString().Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["AWS4-HMAC-SHA256", var credential, var headers, var signature]) return false;
        var scope = credential["Credential=".Length..].Split('/');
        if (scope is not [var id, var day, Region, "kms", "aws4_request"] || id != _id) return false;
        var names = headers["SignedHeaders=".Length..];
        if (!names.Split(';').Contains("host") || !names.Split(';').Contains("x-amz-target")) return false;
        var canonical = new StringBuilder("POST\n/\n\n");
        foreach (var name in names.Split(';')) canonical.Append(CultureInfo.InvariantCulture, $"{name}:{request.Headers[name].ToString().Trim()}\n");
        canonical.Append(CultureInfo.InvariantCulture, $"\n{names}\n{Convert.ToHexStringLower(SHA256.HashData(body))}");
        var at = request.Headers["X-Amz-Date"].ToString();
        var toSign = $"AWS4-HMAC-SHA256\n{at}\n{string.Join('/', scope[1..])}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = ((string[])[day, Region, "kms", "aws4_request"]).Aggregate(Encoding.UTF8.GetBytes("AWS4" + _secret), (key, word) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(word)));
        return at.StartsWith(day, StringComparison.Ordinal) && signature["Signature=".Length..] == Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
