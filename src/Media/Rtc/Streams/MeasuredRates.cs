using System.Runtime.CompilerServices;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>What a stream takes at each of its frame rates (bit/s): temporal layers up to that one, smoothed over about a second.</summary>
public sealed class MeasuredRates
{
    const double Settles = 0.7; // seconds

    [InlineArray(LayerRates.FrameRates)]
    struct Values<T>
    {
        T _first;
    }

    Values<long> _bytes;
    Values<double> _rates;
    long _since = -1;

    /// <summary>Bit/s at a frame rate, the lower ones included.</summary>
    public long this[int frameRate]
    {
        get
        {
            var sum = 0.0;
            for (var layer = 0; layer <= frameRate; layer++) sum += _rates[layer];
            return (long)sum;
        }
    }

    internal void Add(int temporalLayer, int bytes) => _bytes[int.Clamp(temporalLayer, 0, LayerRates.FrameRates - 1)] += bytes;

    internal void Measure(long now)
    {
        var (seconds, isFirst) = ((now - _since) / 1e6, _since < 0);
        _since = now;
        for (var layer = 0; layer < LayerRates.FrameRates; layer++)
        {
            if (!isFirst && seconds > 0)
            {
                var rate = 8 * _bytes[layer] / seconds;
                // What begins counts in full at once: a picture that is thought to be cheap would be given to paths that cannot carry it.
                _rates[layer] = _rates[layer] <= 0 ? rate : _rates[layer] + (rate - _rates[layer]) * double.Min(1, seconds / Settles);
            }
            _bytes[layer] = 0;
        }
    }
}
