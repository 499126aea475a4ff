using System.Globalization;
using System.Net;

namespace FirstRing.Tests.Harness.Running;

/// <summary>A socket that a process listens on: TCP that accepts, or UDP that is bound and connected to nobody.</summary>
public sealed record OpenSocket(string Transport, IPAddress Address, int Port)
{
    public override string ToString() => $"{Transport} {new IPEndPoint(Address, Port)}";
}

/// <summary>What a process really listens on, from /proc: its descriptors' inodes, looked up in the kernel's tables (proc(5)).</summary>
public static class OpenSockets
{
    const string Accepting = "0A", Unconnected = "07";

    public static IReadOnlyList<OpenSocket> Of(int pid)
    {
        var own = Inodes(pid);
        return [.. Table(pid, "tcp", Accepting), .. Table(pid, "tcp6", Accepting), .. Table(pid, "udp", Unconnected), .. Table(pid, "udp6", Unconnected)];

        IEnumerable<OpenSocket> Table(int pid, string name, string state) => File.ReadLines($"/proc/{pid}/net/{name}").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[3] == state && own.Contains(words[9]))
            .Select(words => Read(name[..3].ToUpperInvariant(), words[1]));
    }

    static HashSet<string> Inodes(int pid)
    {
        var inodes = new HashSet<string>();
        foreach (var descriptor in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
        {
            string? target = null;
            try { target = new FileInfo(descriptor).LinkTarget; }
            catch (IOException) { } // closed meanwhile
            if (target?.StartsWith("socket:[", StringComparison.Ordinal) == true) inodes.Add(target["socket:[".Length..^1]);
        }
        return inodes;
    }

    // Hexadecimal words of 32 bits in the machine's own order, a colon, the port.
    static OpenSocket Read(string transport, string text)
    {
        var (address, port) = (text[..text.IndexOf(':', StringComparison.Ordinal)], text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        var bytes = address.Chunk(8).SelectMany(word => BitConverter.GetBytes(uint.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture))).ToArray();
        return new OpenSocket(transport, new IPAddress(bytes), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
