using System.Runtime.CompilerServices;

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// Gives one receiver's bandwidth away. Sound is always sent; then a signer and the shared screen until one can follow them, then a small picture of the
/// speaker and of the others, then more of each in that order. Less is decided at once, more only when it has fitted for a while with room to spare, and
/// the later the more often it went wrong. Where not even the smallest picture fits, pictures pause, and come back by themselves.
/// </summary>
public sealed class Allocation
{
    /// <summary>Streams of a receiver.</summary>
    public const int MostStreams = 16;
    /// <summary>Below this pictures pause (bit/s, beside the sound).</summary>
    public const long VideoFloor = 50_000;
    /// <summary>At this they come back.</summary>
    public const long VideoReturns = 75_000;
    const double Headroom = 0.1;  // of the target must be left over after an upgrade
    const double Tolerance = 0.08; // of it may be missing before a downgrade: measured rates stray
    const long Settles = 1_000_000;
    // What fits at the first look is taken at once: a face must not wait.
    const long Always = long.MinValue / 2, Never = long.MaxValue;
    const long FirstWait = 4_000_000, LongestWait = 32_000_000;

    struct State
    {
        public int Level;         // −1 when paused
        public long FitsSince;    // more would fit since; Never when it does not
        public long BlockedUntil; // after a downgrade
        public long Wait;         // how long the next one blocks
        public long RaisedAt;
    }

    [InlineArray(MostStreams)]
    struct States
    {
        State _first;
    }

    [InlineArray(MostStreams)]
    struct Ladders
    {
        LayerLadder _first;
    }

    [InlineArray(MostStreams)]
    struct Levels
    {
        int _first;
    }

    // What one decision works on.
    ref struct Round
    {
        public ReadOnlySpan<StreamOffer> Offers;
        public Ladders Ladders;
        public Levels Levels;
        public long Left, Reserved, Spare, Slack, Now;
    }

    States _states;
    bool _videoPaused;
    long _returnsSince = -1;

    /// <summary>An allocation that sends nothing yet.</summary>
    public Allocation()
    {
        for (var i = 0; i < MostStreams; i++) _states[i] = new State { Level = -1, FitsSince = Always, Wait = FirstWait, RaisedAt = Always };
    }

    /// <summary>Not even the smallest picture fits.</summary>
    public bool IsVideoPaused => _videoPaused;

    /// <summary>What everything at its best would take (bit/s): more than that need not be found.</summary>
    public long Wanted { get; private set; }

    /// <summary>What the cheapest step up would take beside what is sent (bit/s); 0 where everything is at its best.</summary>
    public long Missing { get; private set; }

    /// <summary>Decides what of each offer is sent with this target (bit/s), at least four times a second. One choice per offer, in the same order.</summary>
    public void Decide(long target, ReadOnlySpan<StreamOffer> offers, Span<LayerChoice> choices, long now)
    {
        var round = new Round { Offers = offers[..int.Min(offers.Length, MostStreams)], Left = target, Now = now };
        (Wanted, Missing) = (0, 0);
        for (var i = 0; i < round.Offers.Length; i++)
        {
            ref readonly var offer = ref round.Offers[i];
            round.Ladders[i] = new LayerLadder(offer);
            round.Levels[i] = offer.Role == StreamRole.Audio ? 0 : -1;
            Wanted += round.Ladders[i].Rate(round.Ladders[i].Top);
            if (offer.Role == StreamRole.Audio) round.Left -= round.Ladders[i].Rate(round.Ladders[i].Top);
        }
        (round.Spare, round.Slack) = ((long)(target * Headroom), (long)(target * Tolerance));
        Pause(round.Left, now);
        if (!_videoPaused) Fill(ref round);
        for (var i = 0; i < round.Offers.Length; i++) choices[i] = Settle(ref round, i);
    }

    void Pause(long left, long now)
    {
        if (left < VideoFloor) (_videoPaused, _returnsSince) = (true, -1);
        else if (_videoPaused)
        {
            if (left < VideoReturns) _returnsSince = -1;
            else if (_returnsSince < 0) _returnsSince = now;
            else if (now - _returnsSince >= Settles) _videoPaused = false;
        }
    }

    void Fill(ref Round round)
    {
        RaiseAll(ref round, StreamRole.Signer, legible: true);
        RaiseAll(ref round, StreamRole.Screen, legible: true);
        RaiseAll(ref round, StreamRole.Speaker, least: true);
        RaiseAll(ref round, StreamRole.Other, least: true);
        RaiseAll(ref round, StreamRole.Speaker, legible: true);
        RaiseAll(ref round, StreamRole.Signer);
        RaiseAll(ref round, StreamRole.Screen);
        RaiseAll(ref round, StreamRole.Speaker);
        // The others step by step, each in turn: nobody of them before another.
        for (var step = 0; step < LayerLadder.MostSteps; step++)
            for (var i = 0; i < round.Offers.Length; i++)
                if (round.Offers[i].Role == StreamRole.Other)
                    Raise(ref round, i, int.Min(step, round.Ladders[i].Top));
    }

    void RaiseAll(ref Round round, StreamRole role, bool least = false, bool legible = false)
    {
        for (var i = 0; i < round.Offers.Length; i++)
            if (round.Offers[i].Role == role)
                Raise(ref round, i, least ? int.Min(0, round.Ladders[i].Top) : legible ? round.Ladders[i].Legible : round.Ladders[i].Top);
    }

    void Raise(ref Round round, int i, int to)
    {
        ref var state = ref _states[Place(round.Offers[i])];
        while (round.Levels[i] < to)
        {
            var next = round.Levels[i] + 1;
            var cost = round.Ladders[i].Rate(next) - round.Ladders[i].Rate(next - 1);
            if (next <= state.Level)
            {
                if (cost > round.Left + round.Slack) return;
            }
            else
            {
                if (cost + round.Spare > round.Left - round.Reserved || round.Now < state.BlockedUntil)
                {
                    state.FitsSince = Never;
                    return;
                }
                if (state.FitsSince == Never) state.FitsSince = round.Now;
                if (round.Now - state.FitsSince < Settles)
                {
                    // Its turn comes: nobody behind it may take that.
                    round.Reserved += cost;
                    return;
                }
                // What comes behind it makes room for it, and leaves the rest that was to be left over.
                round.Slack = -round.Spare;
            }
            round.Levels[i] = next;
            round.Left -= cost;
        }
    }

    LayerChoice Settle(ref Round round, int i)
    {
        ref readonly var offer = ref round.Offers[i];
        ref readonly var ladder = ref round.Ladders[i];
        var level = int.Min(round.Levels[i], ladder.Top);
        if (offer.Role != StreamRole.Audio) Note(ref _states[Place(offer)], level, round.Now);
        if (level < ladder.Top)
        {
            var cost = ladder.Rate(level + 1) - ladder.Rate(level);
            Missing = Missing == 0 ? cost : long.Min(Missing, cost);
        }
        if (level < 0) return new LayerChoice(offer.Stream, -1, -1, 0);
        var step = ladder[level];
        return new LayerChoice(offer.Stream, step.Size, step.FrameRate, step.BitsPerSecond);
    }

    static void Note(ref State state, int level, long now)
    {
        if (level > state.Level) (state.RaisedAt, state.FitsSince) = (now, Never);
        else if (level < state.Level)
        {
            // Too soon after an upgrade: that one was a mistake, and the next should not follow as quickly.
            state.Wait = now - state.RaisedAt < LongestWait / 2 ? long.Min(2 * state.Wait, LongestWait) : FirstWait;
            (state.BlockedUntil, state.FitsSince) = (now + state.Wait, Never);
        }
        state.Level = level;
    }

    static int Place(in StreamOffer offer) => offer.Stream & MostStreams - 1;
}
