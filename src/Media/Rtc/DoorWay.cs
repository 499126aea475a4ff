namespace FirstRing.Media.Rtc;

/// <summary>How a path comes by the public door that HTTPS has.</summary>
public enum DoorWay : byte
{
    /// <summary>It does not.</summary>
    None,
    /// <summary>ICE by TCP as it is: what is in it is encrypted already.</summary>
    Clear,
    /// <summary>TURN inside the door's TLS.</summary>
    Tls,
}
