using System.Globalization;

namespace FirstRing.Verify;

/// <summary>Something that is not as it must be. <paramref name="Seq"/>: the first entry it is about; null where it is about the log as a whole.</summary>
internal sealed record Finding(long? Seq, string What)
{
    public override string ToString() => Seq is { } seq ? string.Create(CultureInfo.InvariantCulture, $"seq {seq}: {What}") : $"log: {What}";
}
