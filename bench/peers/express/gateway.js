// express-gateway as its documentation starts it: one endpoint, one policy that passes everything on.
'use strict';
require('express-gateway')().load(process.env.EG_FOLDER).run();
