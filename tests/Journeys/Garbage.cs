using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>Somebody sends what makes no sense: beside a live call, and at every door.</summary>
public sealed partial class Garbage(Platforms platforms)
{
    const int PerSecond = 10_000, Seconds = 5;

    [Fact]
    public async Task Ten_thousand_garbage_datagrams_a_second_beside_a_live_call_leave_it_alone()
    {
        var platform = await platforms.Of(Shape.Split);
        await using var visit = await Visiting.InCall(platform);
        await visit.Patient.Sees(1, frames: 20);
        await visit.Clinician.Sees(1, frames: 20);
        var pid = (await platform.Ps())["media"];
        var before = (Patient: await Frames(visit.Patient), Clinician: await Frames(visit.Clinician));

        var (sent, took) = await Flood(await MediaPort(visit.Patient));

        await visit.Patient.Sees($"more than {before.Patient + 30} frames", pictures => pictures.Any(picture => picture.Frames > before.Patient + 30));
        await visit.Clinician.Sees($"more than {before.Clinician + 30} frames", pictures => pictures.Any(picture => picture.Frames > before.Clinician + 30));
        await visit.Patient.Hears(visit.Clinician);
        Assert.Equal("in-call", await visit.Patient.State());
        Assert.Equal(pid, (await platform.Ps())["media"]);
        Assert.DoesNotContain(await visit.Patient.Received(), text => text.Contains("\"generation\":2", StringComparison.Ordinal));
        visit.NothingWentWrong();
        Figure.Print($"garbage beside a call: {sent} datagrams in {took.TotalSeconds:F1} s ({sent / took.TotalSeconds:F0}/s), the call went on");
    }

    static async Task<long> Frames(Party party) => (await party.Pictures()).Sum(picture => picture.Frames);

    static async Task<IPEndPoint> MediaPort(Party party)
    {
        var sdp = await party.Page.EvaluateAsync<string>("window.__probe.connections.at(-1).remoteDescription.sdp");
        var candidate = Candidate().Match(sdp);
        Assert.True(candidate.Success, sdp);
        return new IPEndPoint(IPAddress.Parse(candidate.Groups["address"].Value), int.Parse(candidate.Groups["port"].Value));
    }

    [GeneratedRegex(@"^a=candidate:\S+ 1 udp \d+ (?<address>[0-9.]+) (?<port>\d+) typ host", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Candidate();

    static async Task<(int Sent, TimeSpan Took)> Flood(IPEndPoint to)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(to);
        var seed = new Random(7);
        var samples = Enumerable.Range(0, 500).Select(at => Sample(seed, at)).ToArray();
        var from = System.Diagnostics.Stopwatch.GetTimestamp();
        var sent = 0;
        while (System.Diagnostics.Stopwatch.GetElapsedTime(from) is var gone && gone < TimeSpan.FromSeconds(Seconds))
        {
            var due = (int)(gone.TotalSeconds * PerSecond);
            for (; sent < due; sent++)
            {
                try { socket.Send(samples[sent % samples.Length]); }
                catch (SocketException full) when (full.SocketErrorCode is SocketError.NoBufferSpaceAvailable) { }
            }
            await Task.Delay(2);
        }
        return (sent, System.Diagnostics.Stopwatch.GetElapsedTime(from));
    }

    // A fifth each: noise, STUN with a broken body, DTLS records, RTP and RTCP that no key ever made (first bytes by RFC 7983 §7).
    static byte[] Sample(Random seed, int at)
    {
        var datagram = new byte[seed.Next(1, 1400)];
        seed.NextBytes(datagram);
        if (datagram.Length < 20) return datagram;
        ReadOnlySpan<byte> head = (at % 5) switch
        {
            0 => [],
            1 => [0, 1, (byte)(datagram.Length - 20 >> 8), (byte)(datagram.Length - 20), 0x21, 0x12, 0xA4, 0x42],
            2 => [22, 254, 253, 0, 0],
            3 => [0x90, 111],
            _ => [0x81, 201],
        };
        head.CopyTo(datagram);
        return datagram;
    }

    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.Split)]
    public async Task Malformed_bodies_get_a_stable_problem_code_at_every_door(Shape shape)
    {
        var platform = await platforms.Of(shape);
        var (patient, clinician) = await Drops.TwoAdmitted(platform);
        using var raw = new Raw(platform.Door, patient);
        string[] bodies = ["", "{", "null", "[]", "\"x\"", "{\"id\":1}", "{\"id\":\"x\",\"t\":5,\"p\":[]}", new string('[', 5000), "{\"id\":\"\\ud800\"}", "\0\u0001"];
        foreach (var path in (string[])["/signal/send", "/messages", "/insights/join"])
            foreach (var body in bodies)
            {
                var said = await raw.Ask(HttpMethod.Post, path, body);
                Assert.True(said is { Status: >= 400 and < 500, Code.Length: > 2 }, $"{path} {body[..Math.Min(30, body.Length)]} → {said}");
            }
        foreach (var (path, cursor) in (IEnumerable<(string, string)>)[("/signal/poll", "garbage"), ("/signal/events", ":::"), ("/signal/poll", new string('9', 400))])
            Assert.True((await raw.Ask(HttpMethod.Get, path, cursor: cursor)).Status is 200 or (>= 400 and < 500), $"{path} {cursor}");

        var sdp = await raw.Send("answer", new { generation = 1, sdp = "v=0\r\nm=\r\na=\u0000" });
        Assert.True(sdp is { Status: >= 400 and < 500, Code: not null }, $"{sdp}");
        Assert.NotNull((await raw.Send("no-such-send", new { })).Code);
        Assert.NotNull((await raw.Send("admit", new { participant = "x" })).Code);
        Assert.Equal(401, (await new Raw(platform.Door, "not.a.pass").Send("join", new { })).Status);

        using var well = new Raw(platform.Door, clinician);
        Assert.Equal(200, (await well.Send("media", new { audio = true, video = true, screen = false })).Status);
    }

    [Fact]
    public async Task A_socket_that_talks_nonsense_is_closed_and_an_oversized_frame_is_not_taken()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        var (patient, _) = await Drops.TwoAdmitted(platform);
        using var raw = new Raw(platform.Door);
        foreach (var first in (string[])["{", "{\"hello\":null}", "{\"hello\":{\"pass\":\"x\",\"cursor\":null}}", "[1]"])
        {
            var (frames, closed) = await raw.Socket([Encoding.UTF8.GetBytes(first)], _ => false);
            Assert.NotNull(closed);
            Assert.DoesNotContain(frames, frame => frame.Contains("\"t\":", StringComparison.Ordinal));
        }
        var hello = JsonSerializer.SerializeToUtf8Bytes(new { hello = new { pass = patient, cursor = (string?)null } });
        var (_, after) = await raw.Socket([hello, Encoding.UTF8.GetBytes(new string('x', 70_000))], _ => false);
        Assert.NotNull(after);
        var (answers, _) = await raw.Socket([hello, "{\"id\":5}"u8.ToArray(), "{nonsense"u8.ToArray()], frames => frames.Any(frame => frame.Contains("refused", StringComparison.Ordinal)));
        Assert.NotEmpty(answers);
    }

    [Fact]
    public async Task Oversized_and_flooding_chat_is_refused_and_the_visit_goes_on()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        var (patient, clinician) = await Drops.TwoAdmitted(platform);
        using var raw = new Raw(platform.Door, patient);
        var huge = await raw.Write(new string('a', 300_000));
        Assert.True(huge is { Status: >= 400 and < 500, Code: not null }, $"{huge.Status} {huge.Type}");

        var answers = new List<Said>();
        for (var at = 0; at < 200; at++) answers.Add(await raw.Write($"{at}"));
        Assert.Contains(answers, answer => answer.Status is 429);
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201 or 429, $"{answer}"));
        Assert.All(answers.Where(answer => answer.Status == 429), answer => Assert.NotNull(answer.Code));

        using var other = new Raw(platform.Door, clinician);
        Assert.True((await other.Write("Are you all right?")).Status is 200 or 201);
    }
}
