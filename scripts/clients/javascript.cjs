// Call every public method of workfront-api once, unchanged; prints one line of JSON: method -> "ok" or the refusal.
const {NodeApi} = require('workfront-api')
const [url, session, username] = process.argv.slice(2)

async function main() {
    const api = new NodeApi({url, version: '21.0'})
    api.setSessionID(session)
    const me = (await api.get('user', '$$USER', ['ID'])).ID
    const project = (await api.create('proj', {name: 'JavaScript'})).ID
    const task = (await api.create('task', {name: 'First', projectID: project})).ID
    const spare = (await api.create('proj', {name: 'Spare'})).ID
    const calls = {
        create: () => api.create('task', {name: 'Second', projectID: project}, ['status']),
        get: () => api.get('proj', [project, spare], ['name']),
        edit: () => api.edit('proj', project, {description: 'x'}, 'description'),
        editMultiple: () => api.editMultiple('proj', [{ID: project, name: 'New'}, {ID: spare, name: 'Newer'}]),
        copy: () => api.copy('proj', project, {name: 'Copy'}),
        count: () => api.count('task', {projectID: project}),
        search: () => api.search('task', {projectID: project}, ['name'], true),
        report: () => api.report('task', {status_1_GroupBy: true, ID_AggFunc: 'count'}, true),
        metadata: () => api.metadata('task'),
        namedQuery: () => api.namedQuery('customenum', 'projectStatuses', {}, 'label'),
        execute: () => api.execute('task', task, 'assignMultiple', {userIDs: [me, me]}),
        request: () => api.request('proj/count', {}, null, 'GET'),
        batch: () => api.batch(b => [b.search('proj', {}), b.count('task', {})]),
        uploadFileContent: () => api.uploadFileContent(new Blob(['content']), 'a.txt'),
        setXSRFToken: () => api.setXSRFToken('token'),
        getHeaders: () => api.getHeaders(),
        remove: () => api.remove('proj', spare, true),
        login: () => api.login(username, 'password'),
        getApiKey: () => api.getApiKey(username, 'password'),
        clearApiKey: () => api.clearApiKey(),
        logout: () => api.logout(),
        setApiKey: () => api.setApiKey('key'),
        setSessionID: () => api.setSessionID('session'),
    }
    const found = {}
    for (const [name, call] of Object.entries(calls)) {
        try {
            await call()
            found[name] = 'ok'
        } catch (error) {
            found[name] = String((error && error.message) || JSON.stringify(error)).slice(0, 160)
        }
    }
    console.log(JSON.stringify(found))
}

main().catch(error => {
    console.error(error)
    process.exit(1)
})
