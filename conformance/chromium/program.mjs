// Where Debian has its Chromium.

export const programPath = "/usr/bin/chromium";
