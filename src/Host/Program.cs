using FirstRing.Host;

try
{
    var options = Options.Parse(args);
    return options.Verb switch
    {
        "up" when options.Split => await Supervise(options),
        "up" => await Serve.Run(options, TimeProvider.System),
        "target" => await Serve.Run(options, TimeProvider.System),
        "ps" => Commands.ListProcesses(options),
        "demo-visit" => await Commands.DemoVisit(options),
        "table" => Commands.PrintTable(),
        _ => Commands.Help(),
    };
}
catch (ArgumentException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}

static async Task<int> Supervise(Options options)
{
    using var supervisor = new Supervisor(options, TimeProvider.System);
    return await supervisor.Run();
}
