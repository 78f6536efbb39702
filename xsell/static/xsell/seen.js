// Tells the shop what was really seen: a page once it has been in view for some seconds, a block
// once half of it has been in view for one, or was closed by whoever saw it. Loaded only where the
// shopper has agreed.
(() => {
  const BLOCK_SECONDS = 1;
  const waiting = new Map();

  const send = () => {
    for (const [address, tokens] of waiting) {
      const body = new URLSearchParams(tokens.map((token) => ["token", token]));
      if (!(navigator.sendBeacon && navigator.sendBeacon(address, body))) {
        fetch(address, { method: "POST", body, keepalive: true });
      }
    }
    waiting.clear();
  };

  const seen = (element) => {
    const { xsellSeen: token, xsellTo: address } = element.dataset;
    waiting.set(address, [...(waiting.get(address) || []), token]);
    setTimeout(send, 500);
  };

  // Seconds count only while the page is in view.
  const after = (seconds, act) => {
    let left = seconds * 1000;
    let since = 0;
    let timer = 0;
    const go = () => {
      since = Date.now();
      timer = setTimeout(() => {
        document.removeEventListener("visibilitychange", change);
        act();
      }, left);
    };
    const change = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") {
        go();
      } else if (since) {
        left -= Date.now() - since;
        since = 0;
      }
    };
    document.addEventListener("visibilitychange", change);
    if (document.visibilityState === "visible") {
      go();
    }
  };

  const timers = new Map();
  const watcher = "IntersectionObserver" in window && new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(timers.get(target));
      if (isIntersecting) {
        timers.set(target, setTimeout(() => {
          watcher.unobserve(target);
          seen(target);
        }, BLOCK_SECONDS * 1000));
      }
    }
  }, { threshold: 0.5 });

  for (const element of document.querySelectorAll("[data-xsell-seen]")) {
    const seconds = Number(element.dataset.xsellAfter);
    if (seconds) {
      after(seconds, () => seen(element));
    } else if (watcher) {
      watcher.observe(element);
    }
    // The next page must not ask again, however quickly it was closed. (It is closed and opened once
    // more to come to the front: of that the news comes when it is open.)
    element.addEventListener("close", () => {
      if (!element.open && watcher) {
        clearTimeout(timers.get(element));
        watcher.unobserve(element);
        seen(element);
        send();
      }
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      send();
    }
  });
})();
