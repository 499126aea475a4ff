using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Media.Router.Control;
using FirstRing.Media.Router.Dtls;
using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Transport;
using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc.Door;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Turn;
using FirstRing.Platform.Ids;

namespace FirstRing.Media.Router;

/// <summary>
/// One media node: its workers, each with a UDP port, a TCP port, a relay and a thread, its DTLS, and what signaling asks of it. A call lives on the worker that its id hashes
/// to. Offers are a pure function of the node's key: a lobby that never connects leaves nothing here.
/// </summary>
internal sealed class MediaNode : IDisposable
{
    private static readonly TimeSpan OfferLife = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan RelayLife = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(2);

    private readonly MediaOptions options;
    private readonly TimeProvider clock;
    private readonly BouncyDtlsServer dtls;
    private readonly IceCredentials credentials;
    private readonly IceCredentials relayCredentials;
    private readonly TurnServer[] relays;
    private readonly Worker[] workers;
    private readonly WorkerThread[] threads;
    private readonly PlacementFence fence = new();
    private readonly uint mark = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private readonly byte[] doorKey = RandomNumberGenerator.GetBytes(DoorPreamble.KeyLength);
    private readonly RecordingDisk? disk;
    private volatile bool ready;
    private int draining;

    public MediaNode(MediaOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        Incarnation = Guid.CreateVersion7(clock.GetUtcNow());
        dtls = new BouncyDtlsServer(DtlsCertificate.Create(clock));
        credentials = new IceCredentials(RandomNumberGenerator.GetBytes(32), keyId: 1, mark);
        relayCredentials = new IceCredentials(RandomNumberGenerator.GetBytes(32), keyId: 2, mark);
        disk = options.Recordings is { } folder ? new RecordingDisk(folder) : null;
        relays = new TurnServer[options.Workers];
        workers = new Worker[options.Workers];
        threads = new WorkerThread[options.Workers];
        for (var i = 0; i < workers.Length; i++)
        {
            var port = new UdpPort(options.Addresses, options.Port == 0 ? 0 : options.Port + i, new TransportCounters());
            var tcp = new TcpPort(TcpPlaces(port.Bound, i), port.Counters, doorKey, orFree: (options.TcpPort ?? options.Port) == 0);
            var relay = relays[i] = new TurnServer([.. port.Bound.Select((end, local) => SocketAddresses.From(end.Address, end.Port, (byte)local))], relayCredentials);
            var worker = workers[i] = new Worker(credentials, dtls, new RelayedBatch(port.Outgoing, relay), relay: relay, disk: disk) { News = Report };
            relay.Gone = path => worker.OnPathGone(path, WorkerThread.Now());
            relay.IsInUse = path => worker.IsTaken(path);
            threads[i] = new WorkerThread(workers[i], port, tcp, i, i < options.Cores.Count ? options.Cores[i] : -1);
        }
    }

    /// <summary>New at each start.</summary>
    public Guid Incarnation { get; }

    public PeerReports Reports { get; } = new();

    public IReadOnlyList<WorkerThread> Threads => threads;

    public IReadOnlyList<Worker> Workers => workers;

    public IReadOnlyList<TurnServer> Relays => relays;

    public RecordingDisk? Disk => disk;

    /// <summary>Ports are open and a DTLS handshake with ourselves has succeeded.</summary>
    public bool Ready => ready;

    /// <summary>It gives its calls away and is about to stop.</summary>
    public bool IsDraining => Volatile.Read(ref draining) == 1;

    public IReadOnlyList<PlacedCall> Calls => fence.Open();

    /// <summary>Starts the threads; <see cref="Ready"/> follows after the self-handshake.</summary>
    public void Start()
    {
        foreach (var thread in threads)
        {
            thread.Start();
        }
        dtls.Pool.TryRun(() => ready = SelfHandshake.Succeeds(dtls));
    }

    /// <summary>From now on it is draining. False when it was already.</summary>
    public bool Drain() => Interlocked.Exchange(ref draining, 1) == 0;

    public Answer<MediaOffer> Offer(MakeOffer request)
    {
        if (!fence.WouldPass(request.Call, request.PlacementEpoch))
        {
            return PlacementFence.Stale;
        }
        var identity = new IceIdentity(request.Call.Value, request.Participant.Value, request.Generation);
        var worker = IndexOf(request.Call);
        var (ufrag, password) = credentials.Issue(identity, WorkerThread.Now() + (long)OfferLife.TotalMicroseconds, (byte)worker);
        var thread = threads[worker];
        return new MediaOffer(new SdpOffer
        {
            Id = (ulong)clock.GetUtcNow().Ticks,
            Ufrag = ufrag,
            Password = password,
            Fingerprint = dtls.Certificate.Fingerprint,
            Candidates = [.. Candidates(thread.Port.Bound, CandidateProtocol.Udp), .. Candidates(thread.Tcp.Bound, CandidateProtocol.Tcp)],
        }.Write(), [Relay(worker, identity)]);
    }

    public async Task<Answer<Done>> Answer(TakeAnswer request, CancellationToken stop)
    {
        if (!SdpAnswer.TryRead(request.Sdp, out var answer, out _) || answer.Setup != SdpSetup.Active)
        {
            return new Refusal("sdp-not-valid", "The SDP answer is not valid.", 400);
        }
        return await Order(request.Call, request.PlacementEpoch, new ApplyAnswer(request.Call, request.Participant, request.Generation, answer), stop);
    }

    public Task<Answer<Done>> Admit(Contracts.Media.AdmitParticipant request, CancellationToken stop) => Order(
        request.Call, request.PlacementEpoch, new Workers.AdmitParticipant(request.Call, request.Participant, request.Seat), stop);

    public Task<Answer<Done>> Remove(Contracts.Media.RemoveParticipant request, CancellationToken stop) => Order(
        request.Call, request.PlacementEpoch, new Workers.RemoveParticipant(request.Call, request.Participant), stop);

    public async Task<Answer<Done>> Close(Contracts.Media.CloseCall request, CancellationToken stop)
    {
        var answer = await Order(request.Call, request.PlacementEpoch, new Workers.CloseCall(request.Call), stop);
        if (answer.Refused is null)
        {
            fence.Close(request.Call);
        }
        return answer;
    }

    public Task<Answer<Done>> Record(Contracts.Media.RecordCall request, CancellationToken stop)
    {
        var key = new byte[SealedChunks.KeySize];
        var isRunning = request.State == RecordingStates.Running;
        if (isRunning && !(Convert.TryFromBase64String(request.Key, key, out var length) && length == key.Length))
        {
            return Task.FromResult<Answer<Done>>(new Refusal("recording-not-valid", "The key of a recording is 32 bytes long.", 400));
        }
        return Order(request.Call, request.PlacementEpoch, new Workers.RecordCall(request.Call, request.Recording.Value, request.Turn, key,
            isRunning ? RecordingOrder.Run : request.State == RecordingStates.Stopped ? RecordingOrder.Stop : RecordingOrder.Rest, clock.Microseconds() - WorkerThread.Now()), stop);
    }

    /// <summary>Nobody can tell the node to stop recording: what runs rests until somebody can again.</summary>
    public void HoldRecordings(bool holds)
    {
        foreach (var worker in workers)
        {
            worker.Post(new HoldRecordings(holds));
        }
    }

    public async Task<Answer<CallStatistics>> Statistics(GetCallStatistics request, CancellationToken stop)
    {
        var snapshot = new TakeSnapshot(request.Call);
        if (await Carry(request.Call, snapshot, stop) is { } refused)
        {
            return refused;
        }
        return new CallStatistics(request.Call, fence.EpochOf(request.Call), snapshot.Peers);
    }

    /// <summary>On which terms a public door hands streams to this node.</summary>
    public DoorTerms Terms() => new(mark, Convert.ToBase64String(doorKey), [.. threads.Select(thread => new WorkerEnds([.. thread.Tcp.Bound.Select(end => end.ToString())]))]);

    /// <summary>Says goodbye to every peer and stops.</summary>
    public void Dispose()
    {
        dtls.Dispose();
        foreach (var thread in threads)
        {
            thread.Dispose();
        }
        foreach (var worker in workers)
        {
            worker.EndRecordings(WorkerThread.Now());
        }
        disk?.Dispose();
        credentials.Dispose();
        relayCredentials.Dispose();
        CryptographicOperations.ZeroMemory(doorKey);
    }

    private async Task<Answer<Done>> Order(CallId call, int epoch, WorkerCommand command, CancellationToken stop)
    {
        if (!fence.Passes(call, epoch))
        {
            return PlacementFence.Stale;
        }
        return await Carry(call, command, stop) is { } refused ? refused : Done.Yes;
    }

    private async Task<Refusal?> Carry(CallId call, WorkerCommand command, CancellationToken stop)
    {
        if (!workers[IndexOf(call)].Post(command))
        {
            return new Refusal("media-busy", "The media node has too much to do.", 503);
        }
        return await command.Outcome.WaitAsync(CommandPatience, clock, stop) switch
        {
            CommandOutcome.Done => null,
            CommandOutcome.GenerationStale => new Refusal("generation-stale", "A newer offer has taken this one's place.", 409),
            CommandOutcome.SeatTaken => new Refusal("seat-taken", "Another participant has this seat.", 409),
            CommandOutcome.NoSuchCall => new Refusal("no-such-call", "The call is not on this node.", 404),
            CommandOutcome.CannotRecord => new Refusal("cannot-record", "The media node has nowhere to record to.", 409),
            CommandOutcome.RecordingStale => new Refusal("recording-stale", "A later order has taken this one's place.", 409),
            CommandOutcome.Full => new Refusal("media-full", "The media node holds all it can.", 503),
            var other => throw new UnreachableException($"outcome {other}"),
        };
    }

    // Whoever reaches one of the addresses reaches all of the worker's sockets through it.
    private IceServer Relay(int worker, in IceIdentity identity)
    {
        var thread = threads[worker];
        var (username, password) = relayCredentials.Issue(identity, WorkerThread.Now() + (long)RelayLife.TotalMicroseconds, (byte)worker);
        return new IceServer(
            [$"turn:{Outward(thread.Port.Bound)}?transport=udp", $"turn:{Outward(thread.Tcp.Bound)}?transport=tcp"], username, password, (int)RelayLife.TotalSeconds);
    }

    private static IPEndPoint Outward(IReadOnlyList<IPEndPoint> bound) => bound.FirstOrDefault(end => !IPAddress.IsLoopback(end.Address)) ?? bound[0];

    private static IEnumerable<SdpCandidate> Candidates(IReadOnlyList<IPEndPoint> bound, CandidateProtocol protocol) =>
        bound.Select(end => new SdpCandidate(end.Address.ToString(), (ushort)end.Port, protocol));

    private List<IPEndPoint> TcpPlaces(IReadOnlyList<IPEndPoint> udp, int worker) =>
        [.. udp.Select(end => options.TcpPort is { } port ? new IPEndPoint(end.Address, port == 0 ? 0 : port + worker) : end)];

    // UUIDv7: the time is in front and differs little between calls; the tail is random.
    private int IndexOf(CallId call) => (int)(BitConverter.ToUInt32(call.Value.ToByteArray(), 12) % (uint)workers.Length);

    private void Report(PeerNews news) =>
        Reports.Add(new PeerReport(news.Call, news.Participant, news.Generation, fence.EpochOf(news.Call), news.State));
}
