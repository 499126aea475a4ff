using System.Net;
using System.Text;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Bench.Load;

/// <summary>What a client takes out of the server's offer, and the answer a browser would give to it.</summary>
internal sealed class OfferReader
{
    private readonly string[] lines;

    public OfferReader(string sdp)
    {
        lines = sdp.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Ufrag = Value("a=ice-ufrag:");
        Password = Value("a=ice-pwd:");
        var candidate = lines.First(line => line.StartsWith("a=candidate:", StringComparison.Ordinal) && line.Contains(" udp ") && line.Contains("127.0.0.1")).Split(' ');
        Address = IPAddress.Parse(candidate[4]);
        Port = int.Parse(candidate[5]);
    }

    public string Ufrag { get; }

    public string Password { get; }

    public IPAddress Address { get; }

    public int Port { get; }

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

    private string Value(string prefix) => lines.First(line => line.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..];
}
