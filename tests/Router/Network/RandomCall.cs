using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Router.Network;

// A call made up from a seed: two or three people on paths that lose, wait and vanish, who come back, move, share and fall silent while others send garbage. At the end the paths heal.
sealed class RandomCall
{
    const long Trouble = 1_500_000, Healing = 1_250_000, Judged = 500_000, Step = 50_000;

    readonly Dice _dice;
    readonly InMemoryCall _call;
    readonly Page[] _pages;
    readonly int[] _generations;
    readonly List<string> _story = [];
    int _moves;

    public RandomCall(int seed)
    {
        _dice = new Dice((ulong)seed ^ 0xCA11);
        _call = new InMemoryCall(seed);
        _pages = new Page[_dice.Falls(0.2) ? 3 : 2];
        _generations = new int[_pages.Length];
        for (var person = 0; person < _pages.Length; person++) Enter(person);
    }

    public string Story => string.Join(", ", _story);
    public ulong Trace => _pages.Aggregate(0ul, (all, page) => all * 31 + page.Trace);

    public RandomCall Run()
    {
        for (var end = _call.Network.Now + Trouble; _call.Network.Now < end; _call.Run(Step / 1e6))
            if (_dice.Falls(0.2)) Happen();
        Heal();
        _call.Run(Healing / 1e6);
        return this;
    }

    public IEnumerable<string> Faults()
    {
        var since = _call.Network.Now - Judged;
        for (var listener = 0; listener < _pages.Length; listener++)
            for (var speaker = 0; speaker < _pages.Length; speaker++)
            {
                if (listener == speaker) continue;
                var slot = speaker < listener ? speaker : speaker - 1;
                var heard = _pages[listener].On(MediaLayout.AudioSsrc(slot)).Packets.Values.Where(packet => packet.At > since).ToArray();
                if (heard.Length < 24) yield return $"{listener} heard {heard.Length} packets of {speaker} in the last half second";
                if (heard.FirstOrDefault(packet => packet.Page != _pages[speaker].Number) is { At: > 0 } strange) yield return $"{listener} heard page {strange.Page} in the place of {speaker}";
                foreach (var fault in Pictures(_pages[listener].On(MediaLayout.VideoSsrc(slot)))) yield return $"{listener} saw {speaker}: {fault}";
            }
        if (_call.Worker.Counters.Peers != _pages.Length) yield return $"{_call.Worker.Counters.Peers} connections of {_pages.Length} people are left";
        _call.Post(new CloseCall(_call.Call));
        _call.Run(0.01);
        if (_call.Worker.Counters is not { Peers: 0, Calls: 0 }) yield return "the call ended and something of it is left";
        if (_call.Dtls.Opened != _call.Dtls.Closed) yield return $"{_call.Dtls.Opened} associations were opened and {_call.Dtls.Closed} closed";
    }

    // Whoever's pictures they are, and whatever was lost, what a decoder is given begins with a keyframe and runs on without a jump.
    static IEnumerable<string> Pictures(Received video)
    {
        var before = default(KeyValuePair<long, Received.Packet>);
        foreach (var now in video.Packets)
        {
            var goesOn = before.Value.At > 0 && before.Value.Page == now.Value.Page && now.Value.Number - before.Value.Number == now.Key - before.Key;
            if (!goesOn && !now.Value.IsKeyFrame && before.Key + 1 == now.Key) yield return $"at {now.Key} it jumps from packet {before.Value.Number} of page {before.Value.Page} to {now.Value.Number} of {now.Value.Page}";
            before = now;
        }
    }

    void Enter(int person)
    {
        var page = _call.Join(person, _generations[person]);
        (page.RepeatsSound, page.TakesRepeated) = (_dice.Falls(0.5), _dice.Falls(0.7));
        page.Camera.NextSequence = (ushort)_dice.Between(0, 65_536);
        _call.Answer(person, page, _generations[person], withSsrcs: _dice.Falls(0.8));
        (page.UsesMid, page.SaysHelloAgain, page.FrameInterval) = (true, true, 100_000);
        _call.Admit(person, person);
        _pages[person] = page;
    }

    void Happen()
    {
        var person = (int)_dice.Between(0, _pages.Length);
        var page = _pages[person];
        switch (_dice.Between(0, 10))
        {
            case 0 or 1: Tell(person, "another path", () => _call.Network.Narrow(page.Address, Path())); break;
            case 2: Tell(-1, "loss for all", () => (_call.Network.Loss, _call.Network.Jitter, _call.Network.Duplication) = (_dice.Share() * 0.3, _dice.Between(0, 60_000), _dice.Share() * 0.1)); break;
            case 3: Tell(person, "a hole", () => { if (!_call.Network.Cut.Remove(page.Address)) _call.Network.Cut.Add(page.Address); }); break;
            case 4: Tell(person, "moves", () => Move(page)); break;
            case 5: Tell(person, "comes again", () => ComeAgain(person)); break;
            case 6: Tell(person, "camera", () => page.SendsVideo = !page.SendsVideo); break;
            case 7: Tell(person, "sound", () => page.SendsAudio = !page.SendsAudio); break;
            case 8: Tell(person, "screen", () => page.SharesScreen = !page.SharesScreen); break;
            default: Tell(person, "garbage", () => Throw(page)); break;
        }
    }

    void Tell(int person, string what, Action happens)
    {
        _story.Add($"{_call.Network.Now / 1000 - 1000} ms {(person < 0 ? "" : $"{person} ")}{what}");
        happens();
    }

    LinkConditions Path() => new()
    {
        BitsPerSecond = _dice.Between(100_000, 5_000_000),
        QueueBytes = (int)_dice.Between(8_000, 200_000),
        Delay = _dice.Between(1_000, 200_000),
        Jitter = _dice.Between(0, 30_000),
        ReorderShare = _dice.Falls(0.3) ? 0.02 : 0,
        Loss = _dice.Falls(0.5) ? Loss.Even(_dice.Share() * 0.3) : Loss.Bursts(_dice.Share() * 0.2 + 0.001, 1 + _dice.Share() * 5),
    };

    // A new address, as behind a NAT that forgot the old one.
    void Move(Page page)
    {
        _call.Network.Cut.Remove(page.Address);
        _call.Move(page, page.Address with { Port = (ushort)(41_000 + _moves++) });
    }

    // A page that was loaded anew; the old one knows of nothing and goes on for a while, or has left first.
    void ComeAgain(int person)
    {
        if (_dice.Falls(0.3)) _call.Post(new RemoveParticipant(_call.Call, _call.People[person]));
        _pages[person].IsQuiet = _dice.Falls(0.5);
        _generations[person]++;
        Enter(person);
    }

    // Junk, a packet with a bit turned over, and one that was there before.
    void Throw(Page page)
    {
        for (var i = 0; i < 20; i++)
        {
            var junk = new byte[_dice.Between(0, 200)];
            for (var at = 0; at < junk.Length; at++) junk[at] = (byte)_dice.Next();
            if (_dice.Falls(0.5) && page.LastMediaSent is { } sent)
            {
                junk = sent.ToArray();
                if (_dice.Falls(0.7)) junk[_dice.Between(0, junk.Length)] ^= (byte)(1 << (int)_dice.Between(0, 8));
            }
            _call.Inject(junk, _dice.Falls(0.7) ? page.Address : new RemoteAddress(0, 0xFFFF_C000_0000ul + _dice.Next() % 5000, 4000, 0));
        }
    }

    void Heal()
    {
        _story.Add("all heals");
        _call.Network.Cut.Clear();
        (_call.Network.Loss, _call.Network.Jitter, _call.Network.Duplication) = (0, 0, 0);
        foreach (var page in _pages)
        {
            (page.SendsAudio, page.SendsVideo, page.IsQuiet) = (true, true, false);
            _call.Network.Narrow(page.Address, new LinkConditions { BitsPerSecond = 10_000_000, QueueBytes = 100_000, Delay = 20_000 });
        }
    }
}
