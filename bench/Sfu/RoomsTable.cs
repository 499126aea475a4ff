namespace FirstRing.Bench.Sfu;

/// <summary>What a packet costs our SFU with ever more rooms, the many ones at a twentieth of the packets, so that only the number of rooms grows.</summary>
internal static class RoomsTable
{
    private const int Slow = 20;
    private static readonly (int Rooms, int Slower)[] Rows = [(10, 1), (30, 1), (100, 1), (10, Slow), (30, Slow), (100, Slow), (300, Slow), (1000, Slow), (2000, Slow)];

    public static async Task Print(bool quick, TimeProvider clock, CancellationToken stop)
    {
        await using var server = new OurSfu();
        using var run = new SfuRun(server, quick, clock);
        Console.WriteLine("| rooms | packets | forwarded a second | us a packet | one core % | lost % | client % |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (rooms, slower) in quick ? Rows.Where(row => row.Rooms <= 30) : Rows)
        {
            var sample = await run.Stretch(rooms, TimeSpan.FromSeconds(quick ? 2 : 8), stop, slower);
            Console.WriteLine($"| {rooms} | {(slower == 1 ? "all" : $"1/{slower}")} | {sample.PerSecond:0} | {sample.MicrosPerPacket:0.00} | {sample.ServerCpu / sample.Seconds * 100:0} | {sample.Loss * 100:0.000} | {sample.ClientCpu / sample.Seconds * 100:0} |");
        }
    }
}
