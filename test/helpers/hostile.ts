/** A text that sets `ran` on the window of a page that takes any part of it as markup, style or script. */
export const hostileText = `"'><script>window.ran=1</script><img src=x onerror="window.ran=1"><svg onload=window.ran=1>\u2028javascript:`;
