using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FirstRing.Host;

/// <summary>A dump of this process is PHI, so there is none: neither the kernel's nor the runtime's, and no other user may look into it.</summary>
internal static partial class CrashDumps
{
    const int CoreLimit = 4, SetDumpable = 4; // RLIMIT_CORE, PR_SET_DUMPABLE: <sys/resource.h>, <sys/prctl.h>

    static readonly string[] Prefixes = ["DOTNET_", "COMPlus_"];

    /// <summary>No core file from here on, in this process and in those that it starts.</summary>
    /// <exception cref="ArgumentException">The runtime was told to write dumps, which it reads before anything of ours runs.</exception>
    /// <exception cref="Win32Exception">The kernel would not.</exception>
    public static void Refuse()
    {
        foreach (var name in Prefixes.Select(prefix => prefix + "DbgEnableMiniDump"))
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && value != "0")
                throw new ArgumentException($"{name} is set. A crash dump holds patients' data: unset it to start.");
        var none = new Limit();
        if (SetLimit(CoreLimit, in none) != 0) throw new Win32Exception();
        // A core that goes to a program (core_pattern "|…") does not ask for the limit.
        if (Control(SetDumpable, 0, 0, 0, 0) != 0) throw new Win32Exception();
    }

    readonly record struct Limit(nuint Current, nuint Most);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);
}
