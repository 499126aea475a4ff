using FirstRing.Host;

try
{
    var options = Options.Parse(args);
    if (options.Verb is "up" or "target" or "backup" or "restore") CrashDumps.Refuse();
    return options.Verb switch
    {
        "up" when options.Split => await Supervise(options),
        "up" => await Serve.Run(options, TimeProvider.System),
        "target" => await Serve.Run(options, TimeProvider.System),
        "ps" => await Commands.ListProcesses(options),
        "demo-visit" => await Commands.DemoVisit(options),
        "backup" => await TakeBackup.Run(options, TimeProvider.System, CancellationToken.None),
        "restore" => await RestoreBackup.Run(options, TimeProvider.System, CancellationToken.None),
        "clinic" => await Commands.OpenClinic(options),
        "table" => await Commands.PrintTable(),
        "audit-dump" => await Commands.DumpAudit(options),
        "audit-fetch" => await Commands.FetchAudit(options),
        "recording-list" => await ExportRecording.List(options),
        "recording-export" => await ExportRecording.Run(options),
        "listeners" => await Commands.PrintListeners(),
        "access" => await Commands.PrintAccess(),
        _ => await Commands.Help(),
    };
}
catch (ArgumentException mistake)
{
    await Terminal.Complain(mistake.Message);
    return 2;
}

static async Task<int> Supervise(Options options)
{
    using var supervisor = new Supervisor(options, TimeProvider.System);
    return await supervisor.Run();
}
