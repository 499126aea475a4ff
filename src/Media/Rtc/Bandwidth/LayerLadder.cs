using System.Runtime.CompilerServices;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>What a stream can be sent as, from least to best, each step dearer than the one before.</summary>
internal struct LayerLadder
{
    internal const int MostSteps = 7;

    internal readonly record struct Step(sbyte Size, sbyte FrameRate, long BitsPerSecond);

    [InlineArray(MostSteps)]
    struct Steps
    {
        Step _first;
    }

    Steps _steps;

    internal LayerLadder(in StreamOffer offer)
    {
        foreach (var layer in Order(offer.Role))
        {
            var (size, frameRate) = (layer / LayerRates.FrameRates, layer % LayerRates.FrameRates);
            var rate = offer.Rates[size, frameRate];
            if (rate <= 0 || (Count > 0 && rate <= _steps[Count - 1].BitsPerSecond)) continue;
            _steps[Count++] = new Step((sbyte)size, (sbyte)frameRate, rate);
        }
    }

    internal int Count { get; private set; }

    /// <summary>The highest step.</summary>
    internal readonly int Top => Count - 1;

    /// <summary>The first step at which one can tell what is shown: the middle size, or the best there is.</summary>
    internal readonly int Legible
    {
        get
        {
            for (var step = 0; step < Count; step++)
                if (_steps[step].Size >= 1)
                    return step;
            return Top;
        }
    }

    internal readonly Step this[int step] => _steps[step];

    internal readonly long Rate(int step) => step < 0 ? 0 : _steps[step].BitsPerSecond;

    // A face may lose frames for size; hands may not; a page of text needs size alone.
    static ReadOnlySpan<byte> Order(StreamRole role) => role switch
    {
        StreamRole.Audio => [0],
        StreamRole.Signer => [1, 2, 5, 8],
        StreamRole.Screen => [0, 3, 6, 7, 8],
        _ => [0, 1, 2, 4, 5, 7, 8],
    };
}
