using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Bandwidth.Simulated;

/// <summary>A path made up from a seed: wide or thin, near or far, calm or lossy, changing once or twice, with a second sender now and then.</summary>
internal sealed class RandomPath
{
    const long Second = Course.Second;
    const long Until = 9 * Second;

    readonly Dice _dice;
    internal ulong Seed { get; }
    readonly List<(long At, LinkConditions Down)> _course = [];
    readonly LinkConditions _up;
    readonly ushort _firstNumber;

    internal RandomPath(ulong seed)
    {
        (Seed, _dice) = (seed, new Dice(seed ^ 0x5eed));
        var down = Conditions();
        _course.Add((0, down));
        _up = new LinkConditions { Delay = down.Delay, Jitter = down.Jitter, Loss = _dice.Falls(0.3) ? Loss.Even(0.3 * _dice.Share()) : default };
        var changes = _dice.Between(0, 3);
        for (var change = 0; change < changes; change++)
        {
            var at = (2 + change * 2) * Second + _dice.Between(0, Second);
            if (_dice.Falls(0.3))
            {
                _course.Add((at, down with { IsHole = true }));
                _course.Add((at + _dice.Between(200_000, Second), down));
            }
            else _course.Add((at, down = Conditions() with { Delay = down.Delay }));
        }
        Flows = _dice.Falls(0.15) ? 2 : 1;
        _firstNumber = (ushort)_dice.Between(0, 65_536);
    }

    internal int Flows { get; }

    public override string ToString() => string.Join(", then ", _course.Select(step =>
        $"at {step.At / 1000} ms {(step.Down.IsHole ? "nothing" : $"{step.Down.BitsPerSecond / 1000} kbit/s, {step.Down.Delay / 1000} ± {step.Down.Jitter / 1000} ms, {Share(step.Down.Loss):P0} lost")}"));

    internal Course Run()
    {
        var course = new Course(_course[0].Down, _up, Seed);
        for (var flow = 0; flow < Flows; flow++) course.Add(firstNumber: _firstNumber, startsAt: flow * Second);
        foreach (var (at, down) in _course.Skip(1)) course.Then(at, down);
        return course.Run(Until);
    }

    /// <summary>What of the path was used in the last two seconds; of what passes, so that loss does not count against it.</summary>
    internal double Used(Course course)
    {
        var down = _course[^1].Down;
        var delivered = 0.0;
        for (var flow = 0; flow < Flows; flow++) delivered += course[flow].Delivered(Until - 2 * Second, Until);
        return double.Min(1, delivered / (1 - Share(down.Loss)) / down.BitsPerSecond);
    }

    LinkConditions Conditions()
    {
        var capacity = (long)(150_000 * double.Pow(40, _dice.Share()));
        return new LinkConditions
        {
            BitsPerSecond = capacity,
            QueueBytes = (int)long.Max(8_000, capacity * _dice.Between(60, 600) / 8_000),
            Delay = _dice.Between(5_000, 200_000),
            Jitter = _dice.Falls(0.5) ? _dice.Between(0, 30_000) : 0,
            ReorderShare = _dice.Falls(0.3) ? 0.05 * _dice.Share() : 0,
            Loss = _dice.Between(0, 4) switch { 0 => Loss.Even(0.15 * _dice.Share()), 1 => Loss.Bursts(0.08 * _dice.Share() + 0.001, 1 + 5 * _dice.Share()), _ => default },
        };
    }

    static double Share(Loss loss) => loss.ToBad == 0 ? loss.InGood : loss.ToBad / (loss.ToBad + loss.ToGood);
}
