/**
 * What `bundle.js` packs of undici in place of the whole: its pool, with the one way to ask that
 * rollcall uses. By internal paths, so look here when undici is updated.
 */
import request from 'undici/lib/api/api-request.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'
import Pool from 'undici/lib/dispatcher/pool.js'

Dispatcher.prototype.request = request

export { Pool }
