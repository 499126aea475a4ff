using FirstRing.Bench.Sfu;

return args switch
{
    ["sfu", .. var rest] => await SfuBench.Run(rest.Contains("--quick"), TimeProvider.System, CancellationToken.None),
    ["sfu-client"] => ClientMode.Run(),
    ["sfu-server"] => await ServerMode.Run(CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("benches: sfu [--quick]");
    return 2;
}
