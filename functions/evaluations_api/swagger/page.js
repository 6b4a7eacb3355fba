// Addresses are relative to /docs, so that the page also works below a path of a custom domain.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  // Swagger UI would ask a server of its makers whether the document is valid.
  validatorUrl: null,
});
