namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>What the target is bound by.</summary>
public enum TargetReason
{
    /// <summary>Nothing has been heard from the receiver yet.</summary>
    Start,
    /// <summary>Nothing: it grows.</summary>
    Growing,
    /// <summary>Delay grew; it stays near what arrived then.</summary>
    Delay,
    /// <summary>A queue stands and is being emptied.</summary>
    Queue,
    /// <summary>The path drops what goes beyond it.</summary>
    Loss,
    /// <summary>The receiver is not heard.</summary>
    Silence,
    /// <summary>Less is sent than may be.</summary>
    Application,
    /// <summary>More is not wanted.</summary>
    Ceiling,
    /// <summary>Less is not worth sending.</summary>
    Floor,
}
