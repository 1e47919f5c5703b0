/**
 * The part of undici that `bundle.js` packs: its pool, with the only request method that rollcall
 * uses. It imports internal paths, so check it when you update undici.
 */
import request from 'undici/lib/api/api-request.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'
import Pool from 'undici/lib/dispatcher/pool.js'

Dispatcher.prototype.request = request

export { Pool }
