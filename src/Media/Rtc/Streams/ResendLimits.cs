namespace FirstRing.Media.Rtc.Streams;

// Keeps a receiver that asks too eagerly from being answered each time: three resends of a packet, not closer than a round trip or two. A table by
// the number's low bits: who shares a place with another only loses its count.
sealed class ResendLimits
{
    const int Places = 256;
    const int MostTimes = 3;
    const long LongestSpacing = 100_000;

    readonly (long Number, long At, int Times)[] _places = new (long, long, int)[Places];

    internal bool Allows(long number, long now, long roundTrip)
    {
        ref var place = ref _places[number & (Places - 1)];
        if (place.Number != number)
        {
            place = (number, now, 1);
            return true;
        }
        if (place.Times >= MostTimes || now - place.At < long.Min(LongestSpacing, 2 * roundTrip)) return false;
        place = (number, now, place.Times + 1);
        return true;
    }
}
