// Airflow's own choice of light or dark wins over the system's; both pages are of one origin.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* storage may be forbidden: then the system's choice stays */ }

// Inside Airflow this page is a frame that may not leave by itself, and Workfront's login refuses to be framed. So what
// leads away is done by the page around us, which is of the same origin.
if (window.top !== window) {
  document.documentElement.dataset.framed = "";
  const outer = window.top.document;
  for (const form of document.querySelectorAll("form[data-leaves]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const copy = outer.importNode(form, true);
      copy.hidden = true;
      outer.body.append(copy);
      copy.submit();
    });
  }
  for (const link of document.querySelectorAll("a[data-leaves]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const copy = outer.importNode(link, true);
      copy.hidden = true;
      outer.body.append(copy);
      copy.click();
      copy.remove();
    });
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    const said = document.getElementById(button.dataset.says);
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied";
    } catch { // not over plain http, and not where the browser forbids it
      getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
      said.textContent = "Selected: press Ctrl+C";
    }
  });
}
