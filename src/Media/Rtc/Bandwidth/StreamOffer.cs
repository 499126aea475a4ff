using FirstRing.Media.Rtc.Streams;

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
