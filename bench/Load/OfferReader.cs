using System.Net;
using System.Text;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Bench.Load;

/// <summary>What a client takes out of the server's offer (or answer), and the answer a browser would give to an offer.</summary>
internal sealed class OfferReader
{
    private readonly string[] lines;

    public OfferReader(string sdp)
    {
        lines = sdp.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Ufrag = Value("a=ice-ufrag:");
        Password = Value("a=ice-pwd:");
        // Loopback where it is offered; a server that leaves it out is reached by the machine's own address, over loopback all the same.
        var candidate = lines.Where(line => line.StartsWith("a=candidate:", StringComparison.Ordinal) && line.Contains(" udp ")).MaxBy(line => line.Contains("127.0.0.1"))!.Split(' ');
        Address = IPAddress.Parse(candidate[4]);
        Port = int.Parse(candidate[5]);
    }

    public string Ufrag { get; }

    public string Password { get; }

    public IPAddress Address { get; }

    public int Port { get; }

    /// <summary>The server asks for a microphone or a camera.</summary>
    public bool AsksForMedia => lines.Contains("a=mid:" + MediaLayout.CameraMid);

    /// <summary>The extension id of the transport-wide sequence number, one for the whole bundle; 0 where it is not used.</summary>
    public int TransportExtension =>
        lines.FirstOrDefault(line => line.StartsWith("a=extmap:", StringComparison.Ordinal) && line.EndsWith(TransportSequence.Uri, StringComparison.Ordinal)) is { } line ? FirstNumber(line) : 0;

    /// <summary>By payload type: whether it repairs another (RFC 4588).</summary>
    public bool[] Repairs()
    {
        var repairs = new bool[128];
        foreach (var line in lines.Where(line => line.StartsWith("a=rtpmap:", StringComparison.Ordinal) && line.Contains(" rtx/")))
        {
            repairs[FirstNumber(line)] = true;
        }
        return repairs;
    }

    /// <summary>Every m-section of the offer turned round.</summary>
    public string Answer(string ufrag, string password, string fingerprint, uint audioSsrc, uint videoSsrc)
    {
        var answer = new StringBuilder();
        void Line(string text) => answer.Append(text).Append("\r\n");
        Line("v=0");
        Line("o=- 4611731400430051336 2 IN IP4 127.0.0.1");
        Line("s=-");
        Line("t=0 0");
        Line(lines.First(line => line.StartsWith("a=group:BUNDLE", StringComparison.Ordinal)));
        Line("a=msid-semantic: WMS");
        var sections = string.Join("\r\n", lines).Split("\r\nm=")[1..];
        foreach (var section in sections.Select(text => ("m=" + text).Split("\r\n")))
        {
            var mid = section.First(line => line.StartsWith("a=mid:", StringComparison.Ordinal))["a=mid:".Length..];
            Line(section[0]);
            Line("c=IN IP4 0.0.0.0");
            Line("a=ice-ufrag:" + ufrag);
            Line("a=ice-pwd:" + password);
            Line("a=fingerprint:sha-256 " + fingerprint);
            Line("a=setup:active");
            Line("a=mid:" + mid);
            var sends = mid is MediaLayout.MicrophoneMid or MediaLayout.CameraMid;
            Line(section.Contains("a=recvonly") ? sends ? "a=sendonly" : "a=inactive" : "a=recvonly");
            Line("a=rtcp-mux");
            Line("a=rtcp-rsize");
            foreach (var line in section.Where(line => line.StartsWith("a=rtpmap:", StringComparison.Ordinal)
                || line.StartsWith("a=fmtp:", StringComparison.Ordinal) || line.StartsWith("a=rtcp-fb:", StringComparison.Ordinal)
                || line.StartsWith("a=extmap:", StringComparison.Ordinal)))
            {
                Line(line);
            }
            if (sends)
            {
                Line($"a=msid:- {mid}");
                Line($"a=ssrc:{(mid == MediaLayout.CameraMid ? videoSsrc : audioSsrc)} cname:load");
            }
        }
        return answer.ToString();
    }

    private static int FirstNumber(string line) => int.Parse(line[(line.IndexOf(':') + 1)..line.IndexOf(' ')].Split('/')[0]);

    private string Value(string prefix) => lines.First(line => line.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..];
}
