using CsCheck;
using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Tests.Rtc.Rtcp;

public sealed class TransportFeedbackTests
{
    static readonly Gen<TransportArrival[]> Arrivals = Gen.Select(Gen.UShort, Gen.Long[0, 2_000_000_000_000], Gen.Select(
        Gen.Frequency((6, Gen.Const(1)), (2, Gen.Int[1, 4]), (1, Gen.Int[1, 40]), (1, Gen.Int[1, 3000])),
        Gen.Frequency((6, Gen.Long[0, 3_000]), (2, Gen.Long[0, 80_000]), (1, Gen.Long[-20_000, 0]), (1, Gen.Long[-1_000_000, 8_000_000]))).Array[1, 120])
        .Select((sequence, time, steps) =>
        {
            var arrivals = new TransportArrival[steps.Length];
            for (var i = 0; i < steps.Length; i++)
                arrivals[i] = new(sequence = (ushort)(sequence + steps[i].Item1), time = long.Max(0, time + steps[i].Item2));
            return arrivals;
        });

    [Fact]
    public void Arrivals_come_back() => Gen.Select(Arrivals, Gen.Int[48, 1300], Gen.Byte, Gen.Int[0, 1000]).Sample((arrivals, size, number, lostBefore) =>
    {
        var buffer = new byte[size];
        ReadOnlySpan<TransportArrival> rest = arrivals;
        var next = (ushort)(arrivals[0].Sequence - lostBefore);
        while (!rest.IsEmpty)
        {
            var length = TransportFeedbackWriter.Write(buffer, 1, 2, number, next, rest, out var consumed);
            Assert.InRange(consumed, 1, rest.Length);
            Assert.InRange(length, 24, size);
            Assert.True(TransportFeedback.TryRead(RtcpTests.Only(buffer.AsSpan(0, length)), out var feedback));
            Assert.Equal((1u, number, next), (feedback.SenderSsrc, feedback.Number, feedback.FirstSequence));

            var at = 0;
            foreach (var status in feedback)
            {
                Assert.Equal(next++, status.Sequence);
                var arrived = at < consumed && rest[at].Sequence == status.Sequence;
                Assert.Equal(arrived, status.Received);
                if (arrived) Assert.Equal(rest[at++].Microseconds / 250 * 250 % Circle, (status.Microseconds % Circle + Circle) % Circle);
            }
            Assert.Equal(consumed, at);
            rest = rest[consumed..];
        }
    }, iter: 2_000);

    const long Circle = 64_000L << 24;

    // Worked out by hand from the draft: a run of two small deltas, then a hole in a one-bit vector.
    [Fact]
    public void Reports_have_their_bytes()
    {
        var buffer = new byte[64];
        var length = TransportFeedbackWriter.Write(buffer, 1, 2, 5, 10, [new(10, 64_000), new(11, 64_500)], out _);
        Assert.Equal("8FCD0005" + "00000001" + "00000002" + "000A0002" + "00000105" + "2002" + "0002", Convert.ToHexString(buffer.AsSpan(0, length)));

        length = TransportFeedbackWriter.Write(buffer, 1, 2, 5, 10, [new(10, 0), new(12, 250), new(13, 80_000)], out _);
        // Statuses 1 0 1 2 in two bits each; deltas 00, 01 and 319 ticks in two bytes; two bytes of padding.
        Assert.Equal("AFCD0006" + "00000001" + "00000002" + "000A0004" + "00000005" + "D180" + "00" + "01" + "013F" + "0002",
            Convert.ToHexString(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void A_long_hole_is_one_run_and_does_not_end_the_report()
    {
        var buffer = new byte[64];
        var length = TransportFeedbackWriter.Write(buffer, 1, 2, 5, 0, [new(0, 0), new(8_000, 250)], out var consumed);
        Assert.Equal(2, consumed);
        Assert.True(length <= 36);
    }

    [Fact]
    public void An_arrival_too_far_off_is_left_for_the_next_report()
    {
        var buffer = new byte[64];
        Assert.NotEqual(0, TransportFeedbackWriter.Write(buffer, 1, 2, 5, 0, [new(0, 0), new(1, 9_000_000)], out var consumed));
        Assert.Equal(1, consumed);
        Assert.Equal(0, TransportFeedbackWriter.Write(buffer.AsSpan(0, 29), 1, 2, 5, 0, [new(0, 0)], out consumed));
        Assert.Equal(0, consumed);
    }
}
