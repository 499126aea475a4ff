using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Workers;

public sealed class PacketPath
{
    [Fact]
    public void Forwarding_allocates_nothing()
    {
        using var call = new ScriptedRoom();
        call.Forward(4_000); // warm-up: the cache grows to what the stream needs
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sent = call.Forward(10_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(sent >= 29_900, $"{sent} sent");
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Recording_allocates_nothing_on_the_workers_thread()
    {
        using var folder = new TempFolder();
        using var disk = new RecordingDisk(folder.Path);
        using var call = new ScriptedRoom(disk);
        call.Forward(4_000);
        var (before, sheets) = (GC.GetAllocatedBytesForCurrentThread(), disk.Sheets);
        var sent = call.Forward(10_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(sent >= 29_900, $"{sent} sent");
        // Ten seconds of packets come in a fraction of one here, so that a few more sheets may be under way at once than before; and their queue may grow.
        Assert.InRange(allocated - (disk.Sheets - sheets) * (SealedChunks.Longest + 56), 0, 8192);
        Assert.True(disk.Chunks > 100, $"{disk.Chunks}");
    }

    // A room of four, three of whom only listen.
    sealed class ScriptedRoom : IDisposable
    {
        readonly InMemoryCall _call = new();
        readonly CountingBatch _batch = new();
        readonly FirstRing.Media.Router.Workers.Worker _worker;
        readonly SrtpSender _sender;
        readonly RemoteAddress _from = new(0, 0xFFFF_0A00_0001, 40_000, 0);
        readonly byte[] _header = new byte[32];
        readonly byte[] _payload = new byte[1100];
        readonly byte[] _datagram = new byte[1500];
        ushort _videoSequence = 1, _audioSequence = 1, _transport;
        uint _timestamp;
        bool _begun;
        long _now = 1_000_000;

        public ScriptedRoom(RecordingDisk? disk = null)
        {
            var material = Enumerable.Range(1, 56).Select(number => (byte)number).ToArray();
            var dtls = new InstantDtls();
            _worker = new(_call.Credentials, dtls, _batch, disk: disk);
            _sender = new SrtpSender(SrtpProfile.AeadAes128Gcm, material.AsSpan(0, 16), material.AsSpan(32, 12));
            for (var person = 0; person < 4; person++) Connect(person, dtls, material);
            Assert.Equal(4, _worker.Counters.Peers);
            if (disk is not null) _worker.Post(new RecordCall(_call.Call, Guid.CreateVersion7(), 1, new byte[32], RecordingOrder.Run, 0));
        }

        public void Dispose() => _sender.Dispose();

        void Connect(int person, InstantDtls dtls, byte[] material)
        {
            var network = new VirtualNetwork(1);
            var credentials = _call.Credentials.Issue(new(_call.Call.Value, _call.People[person].Value, 0), long.MaxValue);
            using var page = new Page(network, new InstantDtls(), new RemoteAddress(0, 1, 1, 0), credentials, (byte)(person + 1));
            Assert.True(SdpAnswer.TryRead(page.Answer(), out var answer, out _));
            _worker.Post(new FirstRing.Media.Router.Workers.ApplyAnswer(_call.Call, _call.People[person], 0, answer));
            _worker.Post(new FirstRing.Media.Router.Workers.AdmitParticipant(_call.Call, _call.People[person], person));
            page.Check(nominates: true);
            network.Now += 1_000_000;
            Assert.True(network.TryTake(out var check, out var from, out _));
            _worker.OnDatagram(check, from, _now);
            _worker.OnDatagram(dtls.Register(material, page.Fingerprint), from, _now);
            _worker.OnTick(_now);
            _worker.OnTick(_now);
        }

        // 500 packets/s, a quarter of them audio; the clock ticks as the loop would. Returns the copies made.
        public long Forward(int packets)
        {
            var before = _worker.Counters.Forwarded;
            for (var i = 0; i < packets; i++)
            {
                _now += 1_000;
                var isVideo = i % 4 != 0;
                Fill(isVideo);
                var extension = new RtpExtensionWriter(_header);
                if (extension.TryReserve(MediaLayout.TransportSequenceExtension, 2, out var value)) TransportSequence.Write(value, _transport++);
                var length = _sender.ProtectRtp(_header.AsSpan(0, extension.Finish()), isVideo ? _payload : _payload.AsSpan(0, 90), _datagram);
                _worker.OnDatagram(_datagram.AsSpan(0, length), _from, _now);
                if (i % 5 == 0) _worker.OnTick(_now);
            }
            Assert.True(_batch.Count > _worker.Counters.Forwarded / 2);
            return _worker.Counters.Forwarded - before;
        }

        void Fill(bool isVideo)
        {
            _timestamp += 90;
            if (!isVideo)
            {
                RtpHeader.Write(_header, false, 111, _audioSequence++, _timestamp, 401);
                return;
            }
            _payload[0] = 0x90;
            _payload[1] = 0x80;
            _payload[2] = 0x80;
            _payload[3]++;
            _payload[4] = (byte)(_begun ? 1 : 0);
            _begun = true;
            RtpHeader.Write(_header, true, 96, _videoSequence++, _timestamp, 501);
        }
    }

    sealed class CountingBatch : SendBatch
    {
        readonly byte[] _slot = new byte[SlotBytes];

        public long Count { get; private set; }

        public override Span<byte> Rent() => _slot;

        public override void Commit(int length, in RemoteAddress to) => Count++;
    }
}
