using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Router.Workers;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

/// <summary>
/// Two hundred calls on one worker, in virtual time, once in peace and once while strangers and forgers do what they can: everybody receives the same bytes at the same microseconds both times.
/// </summary>
public sealed class AttackedCalls
{
    const int Calls = 200;

    [Fact]
    public void Strangers_forgers_and_floods_of_streams_change_nothing_for_two_hundred_calls()
    {
        using var peace = new Evening(isAttacked: false);
        using var attacked = new Evening(isAttacked: true);
        peace.Pass();
        attacked.Pass();
        Assert.Equal(0, peace.Attacks.Values.Sum());
        Assert.All(attacked.Attacks.Values, count => Assert.True(count > 10_000, $"{count}"));
        Assert.All(peace.Heard, packets => Assert.True(packets > 80, $"{packets}")); // else there was nothing to disturb
        Assert.Equal(peace.Traces, attacked.Traces);

        // Each of them was seen and thrown away where it should be.
        Assert.Equal(attacked.Attacks["DTLS from strangers"] + attacked.Attacks["SRTP from strangers"], attacked.Worker.Counters.UnknownSources - peace.Worker.Counters.UnknownSources);
        Assert.Equal(attacked.Attacks["replayed"] + attacked.Attacks["forged"] + attacked.Attacks["streams of nobody"], attacked.Failures - peace.Failures);
        Assert.Equal((peace.Dtls.Opened, peace.Worker.Counters.Peers, peace.Worker.Counters.Calls), (attacked.Dtls.Opened, attacked.Worker.Counters.Peers, attacked.Worker.Counters.Calls));
        Console.Write($"\nfigure: {Calls} calls under attack: {string.Join(", ", attacked.Attacks.Select(kind => $"{kind.Value} {kind.Key}"))} in {Evening.Attacked:F1} s, {attacked.Cost.TotalMicroseconds / attacked.Attacks.Values.Sum():F2} us of the worker each, 0 of {2 * Calls} participants' traces changed\n");
    }

    // A worker, its calls of two and one call more whose people know each other's secrets and mean ill.
    sealed class Evening : IDisposable
    {
        public const double Attacked = 1.5;

        static readonly RemoteAddress Server = new(0, 0xFFFF_7F00_0001, 5000, 0);

        readonly IceCredentials _credentials = new(RandomNumberGenerator.GetBytes(32), 1);
        readonly VirtualNetwork _network = new(1);
        readonly Dictionary<RemoteAddress, Page> _pages = [];
        readonly List<Page> _all = [];
        readonly List<CallId> _calls = [];
        readonly Random _dice = new(7);
        readonly Queue<(byte[] Bytes, RemoteAddress From)> _overheard = new();
        readonly bool _isAttacked;
        long _tickAt;
        ushort _round;

        public Evening(bool isAttacked)
        {
            _isAttacked = isAttacked;
            Worker = new Worker(_credentials, Dtls, new NetworkBatch(_network, Server));
            for (var call = 0; call <= Calls; call++)
            {
                _calls.Add(new CallId(Guid.CreateVersion7()));
                for (var seat = 0; seat < 2; seat++) Enter(call, seat);
            }
            _all[^1].SendsVideo = _all[^2].SendsVideo = false;
        }

        public Worker Worker { get; }
        public InstantDtls Dtls { get; } = new();
        public Dictionary<string, int> Attacks { get; } = new() { ["DTLS from strangers"] = 0, ["SRTP from strangers"] = 0, ["replayed"] = 0, ["forged"] = 0, ["streams of nobody"] = 0 };
        public TimeSpan Cost { get; private set; }

        public IReadOnlyList<ulong> Traces => [.. _all.Take(2 * Calls).Select(page => page.Trace)];
        public IReadOnlyList<int> Heard => [.. _all.Take(2 * Calls).Select(page => page.On(MediaLayout.AudioSsrc(0)).Packets.Count)];

        public long Failures => _calls.Sum(call =>
        {
            var snapshot = new TakeSnapshot(call);
            Worker.Post(snapshot);
            Worker.OnTick(_network.Now);
            return snapshot.Peers.Sum(peer => peer.AuthenticationFailures);
        });

        public void Pass()
        {
            Run(1);
            for (var end = _network.Now + (long)(Attacked * 1_000_000); _network.Now < end; Run(0.005))
                if (_isAttacked) Attack();
            Run(0.5);
        }

        public void Dispose()
        {
            foreach (var page in _all) page.Dispose();
            _credentials.Dispose();
        }

        void Enter(int call, int seat)
        {
            var who = new ParticipantId(Guid.CreateVersion7());
            var issued = _credentials.Issue(new IceIdentity(_calls[call].Value, who.Value, 0), long.MaxValue);
            var page = new Page(_network, Dtls, Server, issued, (byte)(seat + 1)) { FrameInterval = 100_000 };
            page.Address = page.Address with { Low = 0xFFFF_0A00_0000ul + (ulong)_all.Count };
            _all.Add(page);
            _pages[page.Address] = page;
            Assert.True(SdpAnswer.TryRead(page.Answer(), out var answer, out _));
            Assert.True(Worker.Post(new ApplyAnswer(_calls[call], who, 0, answer)));
            Assert.True(Worker.Post(new AdmitParticipant(_calls[call], who, seat)));
        }

        void Run(double seconds)
        {
            for (var end = _network.Now + (long)(seconds * 1_000_000); _network.Now < end;)
            {
                _network.Now += 1000;
                while (_network.TryTake(out var bytes, out var from, out var to))
                    if (to == Server) Arrive(bytes, from);
                    else if (_pages.TryGetValue(to, out var page)) page.Take(bytes, _network.Now);
                if (Worker.HasPosted || _tickAt <= _network.Now) _tickAt = Worker.OnTick(_network.Now);
                foreach (var page in _all) page.Tick(_network.Now);
            }
        }

        // What has come can be overheard and played again; to be quicker than it is another matter.
        void Arrive(byte[] bytes, RemoteAddress from)
        {
            if (Demux.Classify(bytes) == DatagramKind.Rtp && from.Low < 0xFFFF_0A00_0000ul + 2 * Calls) _overheard.Enqueue((bytes.ToArray(), from));
            if (_overheard.Count > 2000) _overheard.Dequeue();
            Worker.OnDatagram(bytes, from, _network.Now);
        }

        void Attack()
        {
            var known = _overheard.ToArray();
            for (var i = 0; i < 40; i++)
            {
                var (bytes, victim) = known[_dice.Next(known.Length)];
                var stranger = _dice.Next(2) == 0 ? victim with { Port = (ushort)_dice.Next(1, 40_000) } : new RemoteAddress(0, 0xFFFF_C000_0000ul + (ulong)_dice.Next(1 << 16), (ushort)_dice.Next(1, 65_536), 0);
                Send("DTLS from strangers", Record(), stranger);
                Send("SRTP from strangers", bytes.ToArray(), stranger);
                Send("replayed", bytes.ToArray(), victim);
                Send("forged", Forged(bytes), victim);
                Send("streams of nobody", OfNobody(bytes), victim);
            }
            // Those who have keys of their own: streams that nobody announced, sealed as they should be.
            _round++;
            for (var i = 0u; i < 20; i++) _all[^1].SendRtp(false, 96, _round, 1, 100_000 + i, [1, 2, 3], "cam");
        }

        void Send(string kind, byte[] datagram, in RemoteAddress from)
        {
            Attacks[kind]++;
            var begun = Stopwatch.GetTimestamp();
            Worker.OnDatagram(datagram, from, _network.Now);
            Cost += Stopwatch.GetElapsedTime(begun);
        }

        // Now a ClientHello's head before noise, now what really begins a handshake here.
        byte[] Record()
        {
            byte[] record = [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, .. new byte[_dice.Next(200)]];
            _dice.NextBytes(record.AsSpan(16));
            return _dice.Next(2) == 0 ? record : [22, .. new byte[14], (byte)_dice.Next(256)];
        }

        // The next of the stream, so that no replay window turns it away.
        byte[] Forged(byte[] bytes)
        {
            var forged = bytes.ToArray();
            BinaryPrimitives.WriteUInt16BigEndian(forged.AsSpan(2), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2)) + _dice.Next(1, 2000)));
            _dice.NextBytes(forged.AsSpan(^(16 + _dice.Next(20))..));
            return forged;
        }

        byte[] OfNobody(byte[] bytes)
        {
            var flood = bytes.ToArray();
            BinaryPrimitives.WriteUInt32BigEndian(flood.AsSpan(8), (uint)_dice.Next(100_000, int.MaxValue));
            return flood;
        }
    }
}
