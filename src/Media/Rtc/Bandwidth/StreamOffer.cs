using System.Runtime.CompilerServices;

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>What a stream is to the one who gets it, in the order in which bandwidth is given away.</summary>
public enum StreamRole : byte
{
    /// <summary>Anyone's voice, an interpreter's before all: always sent.</summary>
    Audio,
    /// <summary>A signer or a visible interpreter: someone's only way to understand. Movement matters most.</summary>
    Signer,
    /// <summary>A shared screen. Sharpness matters most.</summary>
    Screen,
    /// <summary>Whoever speaks.</summary>
    Speaker,
    /// <summary>Everybody else.</summary>
    Other,
}

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

/// <summary>A stream that a receiver could be sent.</summary>
public readonly struct StreamOffer(int stream, StreamRole role, LayerRates rates)
{
    /// <summary>Its place at this receiver, 0…15, the same each time.</summary>
    public int Stream { get; } = stream;
    /// <summary>What it is to this receiver.</summary>
    public StreamRole Role { get; } = role;
    /// <summary>What it comes in.</summary>
    public LayerRates Rates { get; } = rates;
}

/// <summary>What a receiver is sent of a stream.</summary>
/// <param name="Stream">Which.</param>
/// <param name="Size">The size, −1 when it is paused.</param>
/// <param name="FrameRate">The frame rate of it.</param>
/// <param name="BitsPerSecond">What that takes.</param>
public readonly record struct LayerChoice(int Stream, sbyte Size, sbyte FrameRate, long BitsPerSecond)
{
    /// <summary>Nothing of it is sent.</summary>
    public bool IsPaused => Size < 0;
}
