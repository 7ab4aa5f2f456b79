import vue from '@vitejs/plugin-vue'

const isCustomElement = (tag) => tag === 'onbehalf-chat'
export default { plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] }
