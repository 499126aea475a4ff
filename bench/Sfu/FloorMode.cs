using System.Text.Json;
using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Sfu;

/// <summary>A process on one core that says what the machine itself does to a packet there, before anything is measured.</summary>
internal static class FloorMode
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    public static int Run(int core)
    {
        CpuPin.To(core);
        while (Console.In.ReadLine() is not null)
        {
            var floor = StallFloor.Milliseconds(Length, 0.5, 0.99, 0.999);
            Console.Out.WriteLine(JsonSerializer.Serialize(new FloorLine(floor[0], floor[1], floor[2]), BenchJson.Default.FloorLine));
            Console.Out.Flush();
        }
        return 0;
    }
}
