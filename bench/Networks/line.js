// A page's connections, and the simulated line that its media take.
(() => {
  if (window.__line) return;
  const { connections } = (window.__line = { connections: [] });

  // The offer's addresses give way to one of the line's, as behind a NAT with nothing but UDP.
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...(window.__through ? [{ ...given[0], iceServers: [] }] : given)); // the relay would be a way round it
      connections.push(this);
    }
    async setRemoteDescription(description) {
      const through = window.__through;
      if (!through) return super.setRemoteDescription(description);
      const lines = description.sdp.split("\r\n");
      const first = lines.find((line) => /^a=candidate:\S+ 1 udp /i.test(line));
      const words = first.split(" ");
      const [address, port] = (await through(`${words[4]} ${words[5]}`)).split(" ");
      words[4] = address;
      words[5] = port;
      const sdp = lines.filter((line) => line === first || !line.startsWith("a=candidate:")).map((line) => (line === first ? words.join(" ") : line)).join("\r\n");
      return super.setRemoteDescription({ type: description.type, sdp });
    }
  };
})();
