using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;

namespace FirstRing.Host;

/// <summary>
/// The data folder, mode 700: <c>keys/</c> root key, <c>trust/</c> internal CA, service certificates, pass keys, door certificate,
/// <c>stores/{service}/</c> each service's own store and credentials, <c>run.json</c> what runs now.
/// </summary>
public sealed class DataFolder
{
    readonly TimeProvider _clock;

    public DataFolder(string path, TimeProvider clock)
    {
        (Path, _clock) = (System.IO.Path.GetFullPath(path), clock);
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var below in (ReadOnlySpan<string>)["keys", "trust", "stores"]) Directory.CreateDirectory(At(below));
    }

    public string Path { get; }
    public string At(params ReadOnlySpan<string> below) => System.IO.Path.Combine([Path, .. below]);
    public string StoreOf(string service) => Directory.CreateDirectory(At("stores", service)).FullName;

    public string RootKey => At("keys", "root.key");
    public string PassKey => At("trust", "pass.key.pem");
    public string PassPublicKey => At("trust", "pass.pub.pem");

    /// <summary>Where a restore puts everything together before it moves it into place.</summary>
    public const string Restoring = "restoring";

    public string RunFile => At("run.json");

    /// <summary>Makes whatever is missing: keys, certificates, the demo mark of a fresh folder (an empty one without <paramref name="demo"/>). Done once per start, before any service.</summary>
    /// <param name="demo">Whether a fresh folder gets a demo clinic.</param>
    /// <param name="rootKeyNeeded">Whether the clinics' keys lie in this folder; a token needs none here.</param>
    /// <exception cref="ArgumentException">A restore was broken off here, or the keys of a folder that was in use are not there.</exception>
    public void Prepare(bool demo = true, bool rootKeyNeeded = true)
    {
        if (Directory.Exists(At(Restoring))) throw new ArgumentException($"A restore into {Path} was broken off. Take everything but keys/ away and restore again.");
        if (rootKeyNeeded && !File.Exists(RootKey) && File.Exists(PassKey))
            throw new ArgumentException($"The keys of {Path} are not there: {RootKey} is missing. A new root key would open nothing, so none is made. Bring keys/ back.");
        KeyFileProvider.EnsureFile(RootKey);
        if (!File.Exists(PassKey))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            WriteSecret(PassPublicKey, key.ExportSubjectPublicKeyInfoPem());
            WriteSecret(PassKey, key.ExportPkcs8PrivateKeyPem());
        }
        if (!File.Exists(DemoFile)) WriteSecret(DemoFile, demo ? Token.New() : "");
        if (!File.Exists(OperatorFile)) WriteSecret(OperatorFile, Token.New());
        Certificates.Ensure(this, _clock);
    }

    string DemoFile => At("demo.secret");
    string OperatorFile => At("operator.secret");

    /// <summary>Shown by whoever opens a clinic: proof of being able to read this folder.</summary>
    public string? OperatorSecret => File.Exists(OperatorFile) ? File.ReadAllText(OperatorFile).Trim() : null;

    /// <summary>The secret of the demo door; null in a folder whose demo clinic was closed (the file emptied).</summary>
    public string? DemoSecret => File.Exists(DemoFile) && File.ReadAllText(DemoFile).Trim() is { Length: > 0 } secret ? secret : null;

    /// <summary>Written whole or not at all, readable by the owner alone.</summary>
    public static void WriteSecret(string path, string content)
    {
        var fresh = $"{path}.{Environment.ProcessId}";
        using (var file = new StreamWriter(new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        })))
            file.Write(content);
        File.Move(fresh, path, overwrite: true);
    }

    public void WriteRun(RunState state) => WriteSecret(RunFile, JsonSerializer.Serialize(state, HostJson.Default.RunState));

    public RunState? ReadRun() => File.Exists(RunFile) ? JsonSerializer.Deserialize(File.ReadAllText(RunFile), HostJson.Default.RunState) : null;

    /// <summary>Told of handshakes inside that were refused (<see cref="MutualTls.Refused"/>); set once there is a log.</summary>
    public Action<string>? PeerRefused { get; set; }

    public MutualTls TlsOf(string service) => Certificates.TlsOf(this, service, _clock);
}

/// <summary>What runs on a data folder.</summary>
public sealed record RunState(int Port, IReadOnlyList<RunningTarget> Targets);
public sealed record RunningTarget(string Target, int Pid);
