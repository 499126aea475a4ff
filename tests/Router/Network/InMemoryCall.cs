using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Workers;

namespace FirstRing.Tests.Router.Network;

// A worker and its pages in virtual time.
sealed class InMemoryCall
{
    static readonly RemoteAddress Server = new(0, 0xFFFF_7F00_0001, 5000, 0);

    readonly Dictionary<RemoteAddress, Page> _pages = [];
    readonly List<Page> _all = [];
    long _tickAt;

    public InMemoryCall(int seed = 1, int mostPeers = 2000, RecordingDisk? disk = null)
    {
        Network = new VirtualNetwork(seed);
        Batch = new NetworkBatch(Network, Server);
        Worker = new Worker(Credentials, Dtls, Batch, mostPeers, disk: disk) { News = news => Heard.Add(news) };
    }

    public IceCredentials Credentials { get; } = new(RandomNumberGenerator.GetBytes(32), 1);
    public InstantDtls Dtls { get; } = new();
    public VirtualNetwork Network { get; }
    public NetworkBatch Batch { get; }
    public Worker Worker { get; }
    public List<PeerNews> Heard { get; } = [];
    public CallId Call { get; } = new(Guid.CreateVersion7());
    public ParticipantId[] People { get; } = [.. Enumerable.Range(0, 8).Select(_ => new ParticipantId(Guid.CreateVersion7()))];

    public Page Join(int person, int generation = 0, long lifetime = 600_000_000)
    {
        var credentials = Credentials.Issue(new IceIdentity(Call.Value, People[person].Value, generation), Network.Now + lifetime);
        return Add(credentials, (byte)(_all.Count + 1));
    }

    public Page Add((string, string) credentials, byte number)
    {
        var page = new Page(Network, Dtls, Server, credentials, number);
        _all.Add(page);
        _pages[page.Address] = page;
        return page;
    }

    public void Move(Page page, RemoteAddress to)
    {
        page.Address = to;
        _pages[to] = page;
    }

    public Page JoinAdmitted(int person, int generation = 0)
    {
        var page = Join(person, generation);
        Answer(person, page, generation);
        Admit(person, person);
        return page;
    }

    public Task<CommandOutcome> Answer(int person, Page page, int generation = 0, byte[]? fingerprint = null, bool withSsrcs = true)
    {
        Assert.True(SdpAnswer.TryRead(page.Answer(fingerprint, withSsrcs), out var answer, out var error), error);
        return Post(new ApplyAnswer(Call, People[person], generation, answer));
    }

    public Task<CommandOutcome> Admit(int person, int seat) => Post(new FirstRing.Media.Router.Workers.AdmitParticipant(Call, People[person], seat));

    public Task<CommandOutcome> Post(WorkerCommand command)
    {
        Assert.True(Worker.Post(command));
        return command.Outcome;
    }

    public void Inject(byte[] datagram, RemoteAddress from) => Worker.OnDatagram(datagram, from, Network.Now);

    public IReadOnlyList<PeerStatistics> Statistics()
    {
        var snapshot = new TakeSnapshot(Call);
        Worker.Post(snapshot);
        Worker.OnTick(Network.Now);
        return snapshot.Peers;
    }

    public PeerStatistics Of(int person) => Statistics().Single(one => one.Participant == People[person]);

    public void Run(double seconds)
    {
        var end = Network.Now + (long)(seconds * 1_000_000);
        while (Network.Now < end)
        {
            Network.Now += 1000;
            while (Network.TryTake(out var bytes, out var from, out var to))
                if (to == Server) Worker.OnDatagram(bytes, from, Network.Now);
                else if (_pages.TryGetValue(to, out var page)) page.Take(bytes, Network.Now);
            if (Worker.HasPosted || _tickAt <= Network.Now) _tickAt = Worker.OnTick(Network.Now);
            foreach (var page in _all) page.Tick(Network.Now);
        }
    }
}
