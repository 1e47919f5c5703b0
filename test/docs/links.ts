/** The links of a Markdown page, and the anchors that GitHub gives its headings. */

export interface Link {
  readonly path: string
  readonly anchor: string
}

/** Links to other files of the repository, and within the page. */
export function listLinks(page: string): readonly Link[] {
  return [...withoutBlocks(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([, path = '', anchor = '']) => ({ path, anchor }),
  )
}

export function listAnchors(page: string): readonly string[] {
  const headings = [...withoutBlocks(page).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text)
  const anchors = headings.map((text) =>
    text
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
  return anchors.map((anchor, at) => {
    const before = anchors.slice(0, at).filter((other) => other === anchor).length
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}

function withoutBlocks(page: string): string {
  return page.replace(/^ *```.*?^ *```$/gms, '')
}
