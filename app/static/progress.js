// Shows how far work is: fetches the page again while a part of it says so.
(() => {
  const every = 3000;
  const refresh = async () => {
    const shown = document.getElementById("downloads");
    if (!shown || !shown.querySelector("[data-refresh]")) return;
    if (!document.hidden && !shown.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        if (answer.ok && !answer.redirected) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.getElementById("downloads");
          if (fresh) shown.replaceWith(fresh);
        }
      } catch (problem) {
        // The network is away: the next time shows it.
      }
    }
    setTimeout(refresh, every);
  };
  setTimeout(refresh, every);
})();
