// The one classic script: runs before the page is drawn, so that nothing jumps when the modules arrive.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
