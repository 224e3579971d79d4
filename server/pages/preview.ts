/** The page inside the builder's frame. It is empty: its script puts in what the builder tells it, and none of our styles. */
export function renderPreview(): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Preview</title>
    <script type="module" src="/pages/preview.js"></script>
  </head>
  <body></body>
</html>
`;
}
