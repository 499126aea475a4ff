using System.Diagnostics;
using System.Runtime.InteropServices;
using FirstRing.Platform.Sealing;

namespace FirstRing.Tests.Harness;

/// <summary>One SoftHSM token per test process, in a folder of its own; a real PKCS#11 module, so what passes here passes the wire of a hardware one.</summary>
public static partial class SoftHsm
{
    public const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    static readonly Lazy<(TempFolder Folder, string Uri)> Only = new(Make);

    /// <summary>As <c>--keys</c> takes it.</summary>
    public static string Uri => Only.Value.Uri;

    /// <summary>For processes that use the token: they need it in their environment.</summary>
    public static string Configuration => Only.Value.Folder.At("softhsm2.conf");

    /// <summary>The folder of the token: without it there is none.</summary>
    public static string Tokens => Only.Value.Folder.At("tokens");

    /// <exception cref="InvalidOperationException">SoftHSM is not installed: a failure, never a skip.</exception>
    public static Pkcs11Options Options => Pkcs11Options.Parse(Uri);

    /// <summary>Another token, whose logins nobody else's tests need.</summary>
    public static Pkcs11Options Apart => Options with { Token = "firstring-apart" };

    static (TempFolder, string) Make()
    {
        var folder = new TempFolder();
        Directory.CreateDirectory(folder.At("tokens"));
        File.WriteAllText(folder.At("softhsm2.conf"), $"directories.tokendir = {folder.At("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
        File.WriteAllText(folder.At("pin"), "482915");
        File.SetUnixFileMode(folder.At("pin"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // The module reads the environment of the process itself, which .NET's own setter does not touch.
        if (SetEnvironment("SOFTHSM2_CONF", folder.At("softhsm2.conf"), 1) != 0) throw new InvalidOperationException("The environment cannot be set.");
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", folder.At("softhsm2.conf"));
        SystemCommand.Run("softhsm2-util", "--init-token", "--free", "--label", "firstring-tests", "--pin", "482915", "--so-pin", "73910264");
        SystemCommand.Run("softhsm2-util", "--init-token", "--free", "--label", "firstring-apart", "--pin", "482915", "--so-pin", "73910264");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return (folder, $"pkcs11:token=firstring-tests?module-path={Module}&pin-source=file:{folder.At("pin")}");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
