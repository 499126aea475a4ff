using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>
/// A microphone, a camera or a screen as its page sends it: one stream, or one of each size (simulcast, RFC 8853), smallest first. What comes without a
/// rid has the place of the largest.
/// </summary>
public sealed class Track
{
    readonly Deadline _deadline;
    readonly ReceiveStream?[] _layers;

    internal Track(MediaKind kind, Deadline deadline)
    {
        (Kind, _deadline) = (kind, deadline);
        _layers = new ReceiveStream?[kind == MediaKind.Video ? LayerRates.Sizes : 1];
        Main = _layers[^1] = new ReceiveStream(kind, deadline);
    }

    /// <summary>What it carries.</summary>
    public MediaKind Kind { get; }
    /// <summary>The largest size, or the only one.</summary>
    public ReceiveStream Main { get; }
    /// <summary>A place for each size; null where none has come yet.</summary>
    public ReadOnlySpan<ReceiveStream?> Layers => _layers;
    /// <summary>Packets that never came.</summary>
    public long Lost
    {
        get
        {
            var lost = 0L;
            foreach (var layer in _layers) lost += layer?.Lost ?? 0;
            return lost;
        }
    }

    /// <summary>Packets came within the last two seconds.</summary>
    public bool IsActive(long now)
    {
        foreach (var layer in _layers)
            if (layer is not null && layer.IsActive(now))
                return true;
        return false;
    }

    /// <summary>Smaller sizes than the largest come: there is something to choose from, or the page has no room for more.</summary>
    public bool IsLayered(long now)
    {
        foreach (var layer in _layers.AsSpan(..^1))
            if (layer is not null && layer.IsFlowing(now))
                return true;
        return false;
    }

    /// <summary>The largest size that comes now; the main one where none does.</summary>
    public ReceiveStream Largest(long now) => Nearest(_layers.Length - 1, Main, now)!;

    /// <summary>Asks for a keyframe of every size.</summary>
    public void AskForKeyFrame(long now)
    {
        foreach (var layer in _layers) layer?.KeyFrames.Ask(now);
    }

    /// <summary>What each size takes that comes now, as measured.</summary>
    public LayerRates Rates(long now)
    {
        var rates = default(LayerRates);
        for (var size = 0; size < _layers.Length; size++)
        {
            if (_layers[size] is not { } layer || !layer.IsFlowing(now)) continue;
            for (var frameRate = 0; frameRate < LayerRates.FrameRates; frameRate++) rates[size, frameRate] = layer.Rates[frameRate];
        }
        return rates;
    }

    /// <summary>What all sizes take together (bit/s).</summary>
    public long Taken(long now)
    {
        var taken = 0L;
        foreach (var layer in _layers)
            if (layer is not null && layer.IsFlowing(now))
                taken += layer.Rates[LayerRates.FrameRates - 1];
        return taken;
    }

    /// <summary>Looks at what came since the last time; a few times a second.</summary>
    public void Measure(long now)
    {
        foreach (var layer in _layers) layer?.Rates.Measure(now);
    }

    // The size itself if it comes, else the next smaller one, else the next larger one; the fallback where nothing comes.
    internal ReceiveStream? Nearest(int size, ReceiveStream? fallback, long now)
    {
        for (var smaller = int.Min(size, _layers.Length - 1); smaller >= 0; smaller--)
            if (_layers[smaller] is { } layer && layer.IsFlowing(now))
                return layer;
        for (var larger = size + 1; larger < _layers.Length; larger++)
            if (_layers[larger] is { } layer && layer.IsFlowing(now))
                return layer;
        return fallback;
    }

    internal ReceiveStream At(int size) => _layers[size] ??= new ReceiveStream(Kind, _deadline);

    // The stream of an SSRC, and whether that is its stream of retransmissions.
    internal ReceiveStream? Find(uint ssrc)
    {
        foreach (var layer in _layers)
            if (layer is not null && (layer.Is(ssrc) || layer.IsRepairedBy(ssrc)))
                return layer;
        return null;
    }
}
