/** The links of a page of Markdown, and the anchors that links to it can name, as GitHub makes them. */

export interface Link {
  readonly path: string
  readonly anchor: string
}

/** Those to other pages of the repository, and within the page. */
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
