using System.Buffers.Binary;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>
/// What a party says: a tone of its own, 0.4 s on, 0.2 s off, for a steady one would be taken for noise and filtered out by the browser.
/// </summary>
internal static class Tone
{
    const int Rate = 48_000;

    /// <summary>One per party. No one is a harmonic of another.</summary>
    public static readonly int[] All = [440, 660, 1030, 1430];

    /// <summary>A 16-bit mono WAV file that Chromium plays over and over as its microphone.</summary>
    public static string File(int hertz)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Output, "tones")).FullName, $"{hertz}.wav");
        const int samples = Rate * 6;
        var wav = new byte[44 + samples * 2];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples * 2);
        for (var i = 0; i < samples; i++)
        {
            var loud = i % (Rate * 6 / 10) < Rate * 4 / 10 ? 0.5 : 0;
            BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(44 + i * 2), (short)(loud * short.MaxValue * Math.Sin(2 * Math.PI * hertz * i / Rate)));
        }
        System.IO.File.WriteAllBytes(path, wav);
        return path;
    }
}
