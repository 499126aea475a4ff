using System.Text;

namespace FirstRing.Host;

/// <summary>Something that a process of the platform listens on. <paramref name="Ports"/> and <paramref name="Addresses"/> say where in words;
/// <paramref name="Count"/> how many sockets it has in a process.</summary>
public sealed record Listener(string Name, string Transport, string Addresses, string Ports, string Count, string Speaks, string Answers);

/// <summary>
/// Every socket that listens. <see cref="Serve"/> opens the TCP ones from here, and a test compares the processes' real sockets with it: what is not here does
/// not exist. PostgreSQL is not ours to open; what we ask of a connection to it is in <see cref="Stores"/>.
/// </summary>
public static class Listeners
{
    public static readonly Listener
        Door = new("door", "TCP", "127.0.0.1 and, where a port was given, ::1", "`--port`", "one for each address", "TLS 1.3; HTTP/2, HTTP/1.1, WebSocket, TURN; beside TLS frames of media-tcp (ICE-TCP)",
            "browsers and programs on this machine; TURN and frames are handed to the media node whose credential they name, anything else in clear is closed"),
        Inside = new("inside", "TCP", "127.0.0.1", "free; of a fleet below the range of outgoing connections", "one", "TLS 1.3 with certificates on both sides; HTTP/2, HTTP/1.1",
            "who holds a certificate of the internal CA"),
        Media = new("media", "UDP", "127.0.0.1 and the machine's IPv4 addresses, or each `--media-address`", "free", "one for each worker and address",
            "STUN, DTLS 1.2, SRTP and SRTCP; TURN with the same inside", "STUN with a password of ours, TURN with a credential of ours; DTLS and media only from an address that proved itself so"),
        MediaByTcp = new("media-tcp", "TCP", "as media", "the number of the media port beside it where that is free for TCP, else free", "one for each worker and address",
            "frames of two bytes of length with STUN, DTLS 1.2, SRTP and SRTCP in them (ICE-TCP); TURN with the same inside", "who begins with a check that has a password of ours, or has an allocation by a credential of ours, within five seconds; the public door for others, by a key of the node; anybody else is closed");

    public static IReadOnlyList<Listener> All { get; } = [Door, Inside, Media, MediaByTcp];

    /// <summary>What a process listens on that runs <paramref name="target"/>: in a fleet, or (<paramref name="alone"/>) with a door of its own.</summary>
    public static IReadOnlyList<Listener> Of(string target, bool alone)
    {
        var media = Targets.ModulesOf(target).Any(row => row.Name == "media") ? [Media, MediaByTcp] : Array.Empty<Listener>();
        if (alone) return [Door, Inside, .. media];
        return target == Targets.Gateway ? [Door] : [Inside, .. media];
    }

    /// <summary>The table of docs/security/listeners.md.</summary>
    public static string Render()
    {
        var text = new StringBuilder("| listener | transport | addresses | ports | sockets | speaks | answers |\n|---|---|---|---|---|---|---|\n");
        foreach (var one in All) text.Append($"| {one.Name} | {one.Transport} | {one.Addresses} | {one.Ports} | {one.Count} | {one.Speaks} | {one.Answers} |\n");
        text.Append("\n| process | listens on |\n|---|---|\n");
        text.Append($"| `up` (one process) | {Names(Of(Targets.All, alone: true))} |\n| `up --split`: the supervisor | – |\n");
        foreach (var target in Targets.Split) text.Append($"| `up --split`: {target} | {Names(Of(target, alone: false))} |\n");
        return text.ToString();
    }

    static string Names(IEnumerable<Listener> listeners) => string.Join(", ", listeners.Select(one => one.Name));
}
