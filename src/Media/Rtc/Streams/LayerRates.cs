using System.Runtime.CompilerServices;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>Measured bit/s of each layer a stream comes in: three sizes, each up to three frame rates; 0 where there is none. Sound has the first only.</summary>
[InlineArray(Sizes * FrameRates)]
public struct LayerRates
{
    /// <summary>Sizes, smallest first.</summary>
    public const int Sizes = 3;
    /// <summary>Frame rates of each, lowest first; a higher one contains the lower ones.</summary>
    public const int FrameRates = 3;

    long _first;

    /// <summary>Bit/s of one size at one frame rate.</summary>
    public long this[int size, int frameRate]
    {
        readonly get => this[size * FrameRates + frameRate];
        set => this[size * FrameRates + frameRate] = value;
    }

    /// <summary>The rates of a stream that comes in one layer.</summary>
    public static LayerRates Of(long bitsPerSecond)
    {
        var rates = default(LayerRates);
        rates[0, 0] = bitsPerSecond;
        return rates;
    }
}
